import type { Contract } from "../contract/read-contract.ts";

/** No two RPCs share a route, and what GET reads has no side effects: clients and proxies repeat a GET at will. */
export function checkRoutes({ rpcs }: Contract): string[] {
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
