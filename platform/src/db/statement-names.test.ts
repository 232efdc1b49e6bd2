import { describe, expect, it } from "vitest";
import { createStatementNames } from "./statement-names.ts";

describe("statement names", () => {
  it("are the same for the same text, and differ for two texts of one name", () => {
    const nameOf = createStatementNames();

    expect(nameOf("find_dove", "select 1")).toBe(nameOf("find_dove", "select 1"));
    expect(nameOf("find_dove", "select 1")).not.toBe(nameOf("find_dove", "select 2"));
  });

  it("fit into an identifier of Postgres", () => {
    expect(createStatementNames()("f".repeat(100), "select 1")!.length).toBeLessThanOrEqual(63);
  });

  it("run out, so that generated texts cannot fill the server", () => {
    const nameOf = createStatementNames();
    const names = Array.from({ length: 600 }, (_, index) => nameOf("generated", `select ${index}`));

    expect(names.filter((name) => name !== undefined)).toHaveLength(500);
    expect(nameOf("generated", "select 0")).toBe(names[0]);
  });
});
