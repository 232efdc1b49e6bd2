import { z } from "zod";
import {
  busEnv,
  count,
  durationMs,
  logEnv,
  oidcEnv,
  opsEnv,
  rpcServerEnv,
  telemetryEnv,
} from "@animal-delivery/platform/config/fragments";
import { oidcOptions, opsOptions, rpcServerOptions, tlsFiles } from "@animal-delivery/platform/config/options";

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

/** Everything logging reads from its environment. */
export const Config = z
  .object({
    ...rpcServerEnv,
    ...opsEnv,
    ...oidcEnv,
    ...busEnv,
    ...logEnv,
    ...telemetryEnv,
    CLICKHOUSE_URL: z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" }),
    CLICKHOUSE_DATABASE: z.string().min(1).default("logging"),
    QUERY_TIMEOUT_MS: durationMs(LOGGING_DEFAULTS.queryTimeoutMs),
    INSERT_TIMEOUT_MS: durationMs(10_000),
    BATCH_ROWS_MAX: count(LOGGING_DEFAULTS.batchRowsMax),
    BATCH_AGE_MS: durationMs(LOGGING_DEFAULTS.batchAgeMs),
  })
  .transform((env) => ({
    rpc: rpcServerOptions(env),
    tls: tlsFiles(env),
    ops: opsOptions(env),
    oidc: oidcOptions(env),
    busDatabaseUrl: env.BUS_DATABASE_URL,
    logLevel: env.LOG_LEVEL,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    clickhouse: {
      url: env.CLICKHOUSE_URL,
      database: env.CLICKHOUSE_DATABASE,
      requestTimeoutMs: Math.max(env.INSERT_TIMEOUT_MS, env.QUERY_TIMEOUT_MS),
    },
    logging: {
      queryTimeoutMs: env.QUERY_TIMEOUT_MS,
      batchRowsMax: env.BATCH_ROWS_MAX,
      batchAgeMs: env.BATCH_AGE_MS,
    } satisfies LoggingConfig,
  }));

export type Config = z.output<typeof Config>;
