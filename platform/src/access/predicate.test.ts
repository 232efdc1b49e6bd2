import { describe, expect, it } from "vitest";
import { visibleWhere } from "./predicate.ts";

const table = { any: "true", customer: "customer_id = $1", courier: "courier_id = $1" } as const;

describe("visibleWhere", () => {
  it.each([
    [["customer"], "((false and (true)) or (customer_id = $1) or (false and (courier_id = $1)))"],
    [["customer", "courier"], "((false and (true)) or (customer_id = $1) or (courier_id = $1))"],
    [["any"], "((true) or (customer_id = $1) or (courier_id = $1))"],
    [[], "((false and (true)) or (false and (customer_id = $1)) or (false and (courier_id = $1)))"],
    [["self"], "((false and (true)) or (false and (customer_id = $1)) or (false and (courier_id = $1)))"],
  ] as const)("opens to %j the rows of those relations alone", (relations, predicate) => {
    expect(visibleWhere(new Set(relations), table)).toBe(predicate);
  });

  it("opens nothing where the table is empty", () => {
    expect(visibleWhere(new Set(["any"] as const), {})).toBe("false");
  });
});
