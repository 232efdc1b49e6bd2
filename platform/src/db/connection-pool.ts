import { Pool, type PoolClient, type PoolConfig } from "pg";
import type { Logger } from "../log/logger.ts";
import type { DatabaseMetrics } from "./database-metrics.ts";
import { databaseAway, statementCancelled } from "./map-error.ts";

export interface PoolOptions {
  readonly size: number;
  /** How long a caller waits for a connection, at most. */
  readonly acquireTimeoutMs: number;
}

/** Lends connections. */
export interface ConnectionPool extends AsyncDisposable {
  /**
   * Lends a connection until `release`, which must be called once, with `true` when the connection is of no more use.
   *
   * @throws {DomainError} unavailable when none came in time; deadlineExceeded when `signal` aborted first.
   */
  acquire(signal: AbortSignal | undefined): Promise<{ client: PoolClient; release: (broken: boolean) => void }>;
}

/** A pg pool that survives connections which die, idle or lent, and never keeps a caller waiting for ever. */
export function createConnectionPool(
  config: PoolConfig,
  { size, acquireTimeoutMs }: PoolOptions,
  { log, metrics }: { log: Logger; metrics: DatabaseMetrics },
): ConnectionPool {
  const pool = new Pool({
    ...config,
    max: size,
    connectionTimeoutMillis: acquireTimeoutMs,
    idleTimeoutMillis: 30_000,
  });
  pool.on("error", (error) => log.warn("idle database connection was lost", { error }));
  // pg takes its own listener away while a connection is lent; without one, its death would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));

  const release = (client: PoolClient, broken: boolean): void => {
    client.release(broken);
    metrics.pool(pool);
  };
  return {
    async acquire(signal) {
      const connecting = pool.connect();
      metrics.pool(pool);
      const client = await firstOf(connecting, acquireTimeoutMs, signal).catch((error: unknown) => {
        // It may still come; nobody waits for it then.
        connecting.then((late) => release(late, false)).catch(() => undefined);
        throw error;
      });
      return { client, release: (broken) => release(client, broken) };
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** pg's own time limit leaks or hangs in places (node-postgres#2243, #3543), so the caller's wait ends here. */
function firstOf<T>(connecting: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(databaseAway(new Error(`no connection within ${timeoutMs} ms`))), timeoutMs);
  const abort = (): void => reject(statementCancelled(signal?.reason));
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  connecting.then(resolve, (error: unknown) => reject(databaseAway(error)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  });
}
