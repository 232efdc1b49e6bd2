import type pg from "pg";
import { currentContext } from "../request-context.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { createConnectionPool } from "./connection-pool.ts";
import { createDatabaseMetrics } from "./database-metrics.ts";
import type { Database } from "./database.ts";
import { isConnectionLost } from "./map-error.ts";
import { runSession } from "./run-session.ts";
import { runTransaction } from "./run-transaction.ts";
import { createStatementCanceller } from "./statement-canceller.ts";
import { createStatementRunner, mapped } from "./statement-runner.ts";

export interface DatabaseOptions {
  /** `postgresql://user@host:port/database`. */
  readonly url: string;
  readonly poolSize: number;
  /** How long Postgres works on one statement before it gives up. */
  readonly statementTimeoutMs: number;
  /** How long a statement waits for a lock. */
  readonly lockTimeoutMs: number;
  /** How long a caller waits for a connection. */
  readonly acquireTimeoutMs?: number;
  /** Settings of every connection, `{ plan_cache_mode: "force_custom_plan" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const ACQUIRE_TIMEOUT_MS = 5_000;

/** A transaction in which nothing happens for so long is a bug; it must not hold its locks. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** The client gives up so much later than the server: only when the server's answer is lost. */
const ANSWER_GRACE_MS = 5_000;

/** Opens a service's database. Connects at the first statement, and again whenever that is needed. */
export function openDatabase(options: DatabaseOptions, telemetry: Telemetry): Database {
  const config = clientConfig(options);
  const name = new URL(options.url).pathname.slice(1);
  const metrics = createDatabaseMetrics(telemetry.meters, name, options.poolSize);
  const { log } = telemetry;
  const canceller = createStatementCanceller(config, log);
  const run = createStatementRunner(name, { telemetry, metrics, canceller });
  const { poolSize: size, acquireTimeoutMs = ACQUIRE_TIMEOUT_MS } = options;
  const pool = createConnectionPool(config, { size, acquireTimeoutMs }, { log, metrics });

  const database: Database = {
    async query<R extends object>(operation: string, text: string, values?: readonly unknown[]) {
      const { client, release } = await pool.acquire(currentContext()?.signal);
      let broken = false;
      const outcome = run<R>(client, { name: operation, text, values }).catch((error: unknown) => {
        broken = isConnectionLost(error);
        throw error;
      });
      return mapped(outcome).finally(() => release(broken));
    },
    async transaction(work) {
      const { client, release } = await pool.acquire(currentContext()?.signal);
      const end = await runTransaction(client, work, { database, run, log });
      release(end.broken);
      return end.result();
    },
    withSession: (work) => runSession(config, run, work),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await canceller[Symbol.asyncDispose]();
    },
  };
  return database;
}

/** When the server takes a client for dead that vanished without a word: till then it keeps its locks, the relay's too. */
const KEEPALIVE = { tcp_keepalives_idle: "30", tcp_keepalives_interval: "10", tcp_keepalives_count: "3" };

function clientConfig({ url, statementTimeoutMs, lockTimeoutMs, settings, ...rest }: DatabaseOptions): pg.ClientConfig {
  const all = { timezone: "UTC", ...KEEPALIVE, ...settings };
  return {
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: rest.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    options: Object.entries(all)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(" "),
  };
}
