import { readFile } from "node:fs/promises";
import { newEnforcer, newModelFromString, StringAdapter, type Enforcer } from "casbin";
import { array, assert, asyncProperty, constantFrom, record, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { contractPolicyFiles, loadPolicy } from "./load-policy.ts";
import { compilePolicy, rolesOf, tableKey } from "./policy-table.ts";
import { RELATION_BITS, RELATIONS } from "./relations.ts";

const ROLES = ["anonymous", "user", "customer", "courier", "dispatcher", "admin", "service:delivery"];
const RESOURCES = ["order", "delivery", "product"];
const ACTIONS = ["read", "list", "create"];

const policies = record({
  rows: array(
    tuple(constantFrom(...ROLES), constantFrom(...RESOURCES), constantFrom(...ACTIONS), constantFrom(...RELATIONS)),
    { maxLength: 12 },
  ),
  inheritance: array(tuple(constantFrom(...ROLES), constantFrom(...ROLES)), { maxLength: 6 }),
});

describe("compilePolicy", () => {
  it("says what Casbin says, for every role, operation and relation of the policy in use", async () => {
    const enforcer = await loadPolicy(contractPolicyFiles());
    const operations = (await enforcer.getPolicy()).map(([, resource = "", action = ""]) => ({ resource, action }));

    expect(await differences(enforcer, [...(await rolesOf(enforcer)), "nobody"], operations)).toEqual([]);
  });

  it("says what Casbin says for any policy, with roles that inherit from one another", async () => {
    const model = await readFile(contractPolicyFiles().model, "utf8");
    const operations = RESOURCES.flatMap((resource) => ACTIONS.map((action) => ({ resource, action })));

    await assert(
      asyncProperty(policies, async ({ rows, inheritance }) => {
        const lines = [...rows.map((row) => ["p", ...row]), ...inheritance.map((pair) => ["g", ...pair])];
        const text = [...new Set(lines.map((line) => line.join(", ")))].join("\n");
        const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(text || "#"));

        expect(await differences(enforcer, ROLES, operations)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** The cells, as `role resource action: table | casbin`, where the table and Casbin do not agree. */
async function differences(
  enforcer: Enforcer,
  roles: string[],
  operations: { resource: string; action: string }[],
): Promise<string[]> {
  const table = await compilePolicy(enforcer);
  const cells = roles.flatMap((role) => operations.map((operation) => ({ role, ...operation })));
  return cells.flatMap(({ role, resource, action }) => {
    const mask = table.get(tableKey(resource, action))?.get(role) ?? 0;
    const granted = RELATIONS.filter((relation) => (mask & RELATION_BITS[relation]) !== 0).join();
    const enforced = RELATIONS.filter((relation) => enforcer.enforceSync(role, resource, action, relation)).join();
    return granted === enforced ? [] : [`${role} ${resource} ${action}: ${granted} | ${enforced}`];
  });
}
