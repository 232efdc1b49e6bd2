import { once } from "node:events";
import { createServer } from "node:net";
import type { Ports } from "./ports.ts";
import { StartError } from "./start-error.ts";

/**
 * Looks at every port before anything starts, so that the person hears of a taken one at once. PostgreSQL's and ClickHouse's
 * are left out: one of an earlier platform, killed by force, may be about to let go of them.
 *
 * @throws {StartError} naming every port that is taken.
 */
export async function assertPortsFree({ gateway, identity, rpc, ops }: Ports): Promise<void> {
  const wanted = [
    { what: "the API", port: gateway },
    { what: "the identity provider", port: identity },
    ...Object.entries(rpc).map(([name, port]) => ({ what: `RPCs of ${name}`, port })),
    ...Object.entries(ops).map(([name, port]) => ({ what: `health and metrics of ${name}`, port })),
  ];
  const checked = await Promise.all(wanted.map(async (one) => ({ ...one, free: await isFree(one.port) })));
  const taken = checked
    .filter(({ free }) => !free)
    .map(({ what, port }) => `Port ${port}, wanted for ${what}, is taken.`);
  if (taken.length === 0) return;
  throw new StartError(`${taken.join("\n")}\nEnd the program that has it, or choose other ports with PORT.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
