import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { count, durationMs, opsPort, rpcPort } from "@animal-delivery/platform/config/fragments";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";

/** How logging works when nobody says otherwise. */
export const LOGGING_DEFAULTS = {
  /** How long a question to ClickHouse may take. */
  queryTimeoutMs: 5_000,
  /** How many records of one partition are taken from the bus at once; as many rows are enough for an insert. */
  batchRowsMax: 1_000,
  /** How long a row waits for others before it is inserted with those that are there. */
  batchAgeMs: 200,
};

export type LoggingConfig = Readonly<typeof LOGGING_DEFAULTS>;

const clickhouseEnv = {
  CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" })
    .describe("http(s)://user:password@host:8123 of ClickHouse."),
  CLICKHOUSE_DATABASE: z.string().min(1).default("logging").describe("The database there; made when it is missing."),
  QUERY_TIMEOUT_MS: durationMs(LOGGING_DEFAULTS.queryTimeoutMs).describe("How long a question to ClickHouse may take."),
  INSERT_TIMEOUT_MS: durationMs(10_000).describe("How long an insert may take."),
};

function clickhouseOptions(env: z.output<z.ZodObject<typeof clickhouseEnv>>) {
  return {
    url: env.CLICKHOUSE_URL,
    database: env.CLICKHOUSE_DATABASE,
    requestTimeoutMs: Math.max(env.INSERT_TIMEOUT_MS, env.QUERY_TIMEOUT_MS),
  };
}

/** What the migrations read. */
export const MigrationConfig = z.object(clickhouseEnv).transform((env) => ({ clickhouse: clickhouseOptions(env) }));

/** Everything logging reads from its environment. */
export const Config = z
  .object({
    ...serviceEnv,
    RPC_PORT: rpcPort(9012),
    OPS_PORT: opsPort(9023),
    ...clickhouseEnv,
    BATCH_ROWS_MAX: count(LOGGING_DEFAULTS.batchRowsMax).describe("Rows of one insert at most."),
    BATCH_AGE_MS: durationMs(LOGGING_DEFAULTS.batchAgeMs).describe(
      "How long a row waits for others before it is inserted.",
    ),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    clickhouse: clickhouseOptions(env),
    logging: {
      queryTimeoutMs: env.QUERY_TIMEOUT_MS,
      batchRowsMax: env.BATCH_ROWS_MAX,
      batchAgeMs: env.BATCH_AGE_MS,
    } satisfies LoggingConfig,
  }));

export type Config = z.output<typeof Config>;
