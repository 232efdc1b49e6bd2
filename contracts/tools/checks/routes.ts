import type { Contract, Rpc } from "../contract/read-contract.ts";

/** What is wrong with the routes: each belongs to one RPC, what it does suits its verb, what it promises can be asked for. */
export function checkRoutes({ rpcs }: Contract): string[] {
  return [...sharedOrUnsafe(rpcs), ...rpcs.flatMap((rpc) => pendingNowhere(rpc, rpcs))];
}

/** No two RPCs share a route, and what GET reads has no side effects: clients and proxies repeat a GET at will. */
function sharedOrUnsafe(rpcs: readonly Rpc[]): string[] {
  const taken = new Map<string, string>();
  return rpcs.flatMap(({ name, bindings, reads }) => {
    return bindings.flatMap(({ verb, path }) => {
      const route = `${verb.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, "{}")}`;
      const other = taken.get(route);
      taken.set(route, name);
      return [
        ...(other ? [`${name}: ${verb.toUpperCase()} ${path} is the route of ${other} already`] : []),
        ...((verb === "get") === reads
          ? []
          : [`${name}: idempotency_level NO_SIDE_EFFECTS belongs to GET, and to GET alone`]),
      ];
    });
  });
}

/** Who is handed a `pending_token` needs a place to bring it to. ADR 0040. */
function pendingNowhere({ name, bindings, method }: Rpc, rpcs: readonly Rpc[]): string[] {
  if (!method.output.fields.some((field) => field.name === "pending_token")) return [];
  const ofService = rpcs.filter((rpc) => rpc.method.parent === method.parent).flatMap((rpc) => rpc.bindings);
  return bindings.flatMap(({ path }) => {
    const below = `${path}/{pending_token}`;
    const isThere = ofService.some((other) => other.verb === "get" && other.path === below);
    return isThere ? [] : [`${name}: it answers a pending_token, but no RPC of its service has GET ${below}`];
  });
}
