import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster, type ClusterOptions, Redis, type RedisOptions as ClientOptions } from "ioredis";
import type { RedisOptions } from "../kv/redis-options.ts";

/** A TCP connection that takes longer than this is given up, and so is one that says nothing while answers are due. */
const CONNECT_MS = 1_000;
const SILENCE_MS = 2_000;
const RECONNECT_MS_MAX = 1_000;
/** A cluster that moves slots around sends a command on, but not in circles. */
const REDIRECTIONS_MAX = 5;

/**
 * A client that fails at once instead of waiting: nothing is queued while there is no connection, nothing is sent again
 * after one broke. It connects in the background, again and again. Resolves when it is connected, or after a second without.
 *
 * @param clusterOptions besides, for a cluster.
 */
export async function connectRedis(
  options: RedisOptions,
  clusterOptions: Pick<ClusterOptions, "shardedSubscribers"> = {},
): Promise<Redis | Cluster> {
  const ca = options.caFile === undefined ? undefined : await readFile(options.caFile, "utf8");
  const nodes = options.urls.map(addressOf);
  const connection = connectionTo(nodes[0], ca);
  const common = { keyPrefix: options.keyPrefix, lazyConnect: true, enableOfflineQueue: false };
  const client = options.cluster
    ? clusterOf(nodes, connection, { ...clusterOptions, ...common })
    : new Redis({ ...nodes[0], ...connection, ...common, retryStrategy: pauseMs });
  // Each failed connection emits one; whoever watches the connection says so once.
  client.on("error", () => undefined);
  const ready = once(client, "ready").then(async () => nodesReady(client));
  void client.connect().catch(() => undefined);
  await Promise.race([ready.catch(() => undefined), sleep(CONNECT_MS, undefined, { ref: false })]);
  return client;
}

interface Node {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  readonly isTls: boolean;
}

/** What a URL says: `rediss://user:password@host:6380/0`. */
function addressOf(text: string): Node {
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 6379),
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
    db: Number(pathname.slice(1) || 0),
    isTls: protocol === "rediss:",
  };
}

/** What every connection has; the nodes of a cluster that are found on the way have the user of the first. */
function connectionTo(node: Node | undefined, ca: string | undefined) {
  return {
    username: node?.username,
    password: node?.password,
    ...(node?.isTls && { tls: ca === undefined ? {} : { ca } }),
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableClientInfo: true,
    // A server that became a replica says so; the next connection finds the new one.
    reconnectOnError: ({ message }: Error) => message.startsWith("READONLY"),
  } satisfies ClientOptions;
}

function clusterOf(
  nodes: readonly Node[],
  connection: ReturnType<typeof connectionTo>,
  common: ClusterOptions,
): Cluster {
  const client = new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    {
      ...common,
      redisOptions: connection,
      maxRedirections: REDIRECTIONS_MAX,
      clusterRetryStrategy: pauseMs,
      clusterNodeRetryStrategy: pauseMs,
      slotsRefreshTimeout: CONNECT_MS,
      // A name stays a name, so that a certificate can be compared with it.
      dnsLookup: (host, callback) => callback(null, host),
    },
  );
  // The client would connect to a node at the first command for it, which had to wait for a TLS handshake then. But it looks
  // whether it is ready by way of a node that is not connected yet.
  const connect = (node: Redis): void => void node.connect().catch(() => undefined);
  client.on("ready", () => client.nodes().forEach(connect));
  return client.on("+node", (node: Redis) => client.status === "ready" && connect(node));
}

/** Waits for the nodes of a cluster; a single server is ready when it is connected. */
async function nodesReady(client: Redis | Cluster): Promise<void> {
  if (!(client instanceof Cluster)) return;
  const connecting = client.nodes().filter((node) => node.status !== "ready");
  await Promise.all(connecting.map(async (node) => once(node, "ready").catch(() => undefined)));
}

function pauseMs(attempt: number): number {
  return Math.min(RECONNECT_MS_MAX, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
}
