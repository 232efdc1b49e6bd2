import type { Contract } from "../contract/read-contract.ts";

/** Every RPC says what its caller does to what, and the policy and the RPCs speak of the same things. */
export function checkAccess({ rpcs, policy }: Contract): string[] {
  const wanted = new Set<string>();
  const findings: string[] = [];
  for (const { name, access } of rpcs) {
    if (!access?.resource || !access.action) {
      findings.push(`${name}: option (common.v1.access) is missing: it needs a resource and an action`);
      continue;
    }
    const key = `${access.resource}, ${access.action}`;
    wanted.add(key);
    if (!policy.rows.some((row) => `${row.resource}, ${row.action}` === key)) {
      findings.push(`${name}: no row of policy/policy.csv grants "${key}" to anybody`);
    }
  }
  for (const { role, resource, action } of policy.rows) {
    if (wanted.has(`${resource}, ${action}`)) continue;
    findings.push(`policy/policy.csv: "p, ${role}, ${resource}, ${action}" grants what no RPC does`);
  }
  return findings;
}
