import type { Cluster, Redis } from "ioredis";

/** What the server does in one step. */
export interface Script {
  readonly lua: string;
  /** How many of the arguments are keys; they come first. */
  readonly numberOfKeys: number;
}

/** Teaches a client scripts; it loads each at its first call on a connection and names it by its hash from then on. */
export function withScripts<Calls>(
  client: Redis | Cluster,
  scripts: Readonly<Record<keyof Calls & string, Script>>,
): (Redis | Cluster) & Calls {
  for (const [name, script] of Object.entries<Script>(scripts)) client.defineCommand(name, { ...script });
  return client as (Redis | Cluster) & Calls;
}
