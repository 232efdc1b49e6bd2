import type { Contract, Rpc } from "../contract/read-contract.ts";

/**
 * policy/matrix.csv: what each role meets when it calls each RPC, by how the caller stands to the resource: in one of the
 * policy's relations, `other` (it is somebody else's), or `none` (it does not exist).
 *
 * allowed: the call goes through. hidden: NOT_FOUND, and lists leave it out. denied: PERMISSION_DENIED whatever the resource,
 * or UNAUTHENTICATED for anonymous callers.
 */
export function matrixFile(contract: Contract): string {
  const { relations, roles } = contract.policy;
  const rows = contract.rpcs.flatMap((rpc) => roles.map((role) => [rpc.name, role, ...cells(contract, rpc, role)]));
  return [["rpc", "role", ...relations, "other", "none"], ...rows].map((row) => `${row.join(",")}\n`).join("");
}

function cells({ policy }: Contract, rpc: Rpc, role: string): string[] {
  const { resource = "", action = "" } = rpc.access ?? {};
  const granted = (relation: string) => policy.allows({ role, resource, action, relation });
  const callable = ["any", ...policy.relations].some(granted);
  const outcome = (allowed: boolean) => (allowed ? "allowed" : callable ? "hidden" : "denied");
  return [
    ...policy.relations.map((relation) => outcome(granted(relation))),
    outcome(granted("any")),
    outcome(callable && !namesResource(rpc)),
  ];
}

/** Whether a call is about one resource that must exist: its route, or failing that its request, names the id. */
function namesResource({ bindings, method, access }: Rpc): boolean {
  const [route] = bindings;
  return route ? route.path.includes("{") : method.input.fields.some(({ name }) => name === `${access?.resource}_id`);
}
