import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { outcomeOf } from "./outcome-of.ts";

describe("outcomeOf", () => {
  it.each([
    ["refused", "refused"],
    ["notFound", "refused"],
    ["alreadyExists", "refused"],
    ["unavailable", "unavailable"],
    ["deadlineExceeded", "unavailable"],
    ["exhausted", "unavailable"],
    ["internal", "failed"],
  ] as const)("takes a refusal of the kind %s for %s, with its reason", (kind, outcome) => {
    const error = new DomainError(kind, "CUSTOMER_BUSY", "an order is under way");

    expect(outcomeOf(error)).toEqual({ outcome, reason: "CUSTOMER_BUSY" });
  });

  it.each([new TypeError("oops"), "no error at all"])("takes a fault for failed and hides it: %s", (error) => {
    expect(outcomeOf(error)).toEqual({ outcome: "failed", reason: "INTERNAL" });
  });
});
