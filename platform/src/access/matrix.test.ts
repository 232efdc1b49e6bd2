import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { DescMethod } from "@bufbuild/protobuf";
import { SERVICES } from "@animal-delivery/contracts/gen/services";
import { describe, expect, it } from "vitest";
import { loadAccess } from "./access.ts";
import { isRelation } from "./relations.ts";

const MATRIX = createRequire(import.meta.url).resolve("@animal-delivery/contracts/policy/matrix.csv");

describe("policy/matrix.csv", () => {
  it("says of every RPC, role and relation what the access table says", async () => {
    const access = await loadAccess();
    const [header = [], ...rows] = (await readFile(MATRIX, "utf8"))
      .trim()
      .split("\n")
      .map((line) => line.split(","));

    const differences = rows.flatMap(([rpc = "", role = "", ...outcomes]) => {
      const relations = access.grant([role], methodNamed(rpc));
      return outcomes.flatMap((outcome, index) => {
        const column = header[index + 2] ?? "";
        const granted = isRelation(column) ? relations.has(column) : relations.has("any");
        const hidden = relations.size === 0 ? "denied" : "hidden";
        // Whether a call about nothing goes through hangs on the RPC, not on the policy.
        const right = column === "none" && relations.size > 0 ? ["allowed", "hidden"] : [granted ? "allowed" : hidden];
        return right.includes(outcome) ? [] : [`${rpc}, ${role}, ${column}: ${outcome}`];
      });
    });

    expect(differences).toEqual([]);
    expect(new Set(rows.map(([rpc]) => rpc)).size).toBe(SERVICES.flatMap((service) => service.methods).length);
  });
});

function methodNamed(name: string): DescMethod {
  const methods = SERVICES.flatMap((service) => service.methods);
  const found = methods.find((method) => `${method.parent.typeName}.${method.name}` === name);
  if (!found) throw new Error(`the contract has no RPC ${name}`);
  return found;
}
