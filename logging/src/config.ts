import { z } from "zod";
import { oneBus } from "@animal-delivery/platform/config/bus-config";
import { count, durationMs, opsPort, rpcPort } from "@animal-delivery/platform/config/fragments";
import { serviceEnv, serviceOptions } from "@animal-delivery/platform/config/service-config";
import {
  clickhouseEnv,
  clickhouseOptions,
  migrationOptions,
  readerEnv,
  readerOptions,
  schemaEnv,
  schemaSettings,
} from "./clickhouse-config.ts";

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

/** What the migrations read. */
export const MigrationConfig = z
  .object({ ...clickhouseEnv, ...schemaEnv })
  .transform((env) => ({ clickhouse: migrationOptions(env), schema: schemaSettings(env) }));

/** Everything logging reads from its environment. */
export const Config = z
  .object({
    ...serviceEnv,
    RPC_PORT: rpcPort(9012),
    OPS_PORT: opsPort(9023),
    ...clickhouseEnv,
    ...readerEnv,
    QUERY_TIMEOUT_MS: durationMs(LOGGING_DEFAULTS.queryTimeoutMs).describe(
      "How long a question to ClickHouse may take.",
    ),
    BATCH_ROWS_MAX: count(LOGGING_DEFAULTS.batchRowsMax).describe("Rows of one insert at most."),
    BATCH_AGE_MS: durationMs(LOGGING_DEFAULTS.batchAgeMs).describe(
      "How long a row waits for others before it is inserted.",
    ),
  })
  .check(oneBus())
  .transform((env) => ({
    ...serviceOptions(env),
    clickhouse: { writer: clickhouseOptions(env), reader: readerOptions(env, env.QUERY_TIMEOUT_MS) },
    logging: {
      queryTimeoutMs: env.QUERY_TIMEOUT_MS,
      batchRowsMax: env.BATCH_ROWS_MAX,
      batchAgeMs: env.BATCH_AGE_MS,
    } satisfies LoggingConfig,
  }));

export type Config = z.output<typeof Config>;
