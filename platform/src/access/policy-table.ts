import type { Enforcer } from "casbin";
import { ALL_RELATIONS_MASK, isRelation, RELATION_BITS } from "./relations.ts";

/** What Casbin's policy grants, looked up without Casbin: `resource action` -> role -> bits of the relations. */
export type PolicyTable = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function tableKey(resource: string, action: string): string {
  return `${resource} ${action}`;
}

/**
 * Compiles the policy, role inheritance included. A row with the relation `any` grants every relation.
 *
 * @throws {Error} when a row has not four columns or names a relation that the platform does not know.
 */
export async function compilePolicy(enforcer: Enforcer): Promise<PolicyTable> {
  const table = new Map<string, Map<string, number>>();
  const rows = (await enforcer.getPolicy()).map(readRow);
  for (const role of await rolesOf(enforcer)) {
    const held = new Set([role, ...(await enforcer.getImplicitRolesForUser(role))]);
    for (const { key, mask } of rows.filter((row) => held.has(row.role))) {
      const cells = table.get(key) ?? new Map<string, number>();
      table.set(key, cells.set(role, (cells.get(role) ?? 0) | mask));
    }
  }
  return table;
}

/** Every role that the policy names, in a row or in an inheritance, in the order of the file. */
export async function rolesOf(enforcer: Enforcer): Promise<string[]> {
  const policy = await enforcer.getPolicy();
  const inheritance = await enforcer.getGroupingPolicy();
  return [...new Set([...inheritance.flat(), ...policy.flatMap(([role]) => role ?? [])])];
}

function readRow(row: string[]): { role: string; key: string; mask: number } {
  const [role, resource, action, relation] = row;
  if (row.length !== 4 || !role || !resource || !action || !isRelation(relation)) {
    throw new Error(`policy row "${row.join(", ")}" is not role, resource, action and a known relation`);
  }
  return {
    role,
    key: tableKey(resource, action),
    mask: relation === "any" ? ALL_RELATIONS_MASK : RELATION_BITS[relation],
  };
}
