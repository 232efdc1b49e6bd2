import { Cluster, type Redis } from "ioredis";
import { Gauge } from "prom-client";
import type { Telemetry } from "../telemetry/resources.ts";

/**
 * Tells of lost connections, to the server or to one of a cluster, and of their return, once each.
 *
 * @param metrics what its metric begins with.
 * @returns how to stop.
 */
export function watchConnection(
  client: Redis | Cluster,
  { log, meters }: Pick<Telemetry, "log" | "meters">,
  metrics = "redis",
): () => void {
  const gauge: Gauge = new Gauge({
    name: `${metrics}_connected`,
    help: "Whether there is a connection to Redis, to each part of a cluster: 1 or 0",
    registers: [meters.registry],
    collect: (): void => gauge.set(isConnected(client) ? 1 : 0),
  });
  let isWatching = true;
  let wasConnected = isConnected(client);
  if (!wasConnected) log.warn("redis is away, the service starts without it");
  const look = (err?: unknown): void => {
    const is = isConnected(client);
    if (!isWatching || is === wasConnected) return;
    if (is) log.info("redis is back");
    else log.warn("redis is away", { err });
    wasConnected = is;
  };
  const watch = (connection: Redis | Cluster): void =>
    void connection.on("close", () => look()).on("ready", () => look());
  watch(client);
  client.on("error", look);
  if (client instanceof Cluster) {
    client.nodes().forEach(watch);
    client.on("+node", watch).on("node error", look);
  }
  return () => void (isWatching = false);
}

function isConnected(client: Redis | Cluster): boolean {
  const parts = client instanceof Cluster ? client.nodes("master") : [];
  return [client, ...parts].every(({ status }) => status === "ready");
}
