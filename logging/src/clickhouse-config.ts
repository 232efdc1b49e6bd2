import { z } from "zod";
import { count, durationMs } from "@animal-delivery/platform/config/fragments";
import type { ClickHouseOptions } from "./store/clickhouse.ts";
import { SCHEMA_DEFAULTS, type SchemaSettings } from "./store/schema-settings.ts";

/** It stands in statements as it is. */
function name() {
  return z.string().regex(/^[\w-]+$/, "must be a name of letters, digits, _ and -");
}

/** A migration may take longer than an insert, and on a cluster it waits for every node. */
const MIGRATION_TIMEOUT_MS = 180_000;

/** Where ClickHouse is and who we are there; for the service and for its migrations. */
export const clickhouseEnv = {
  CLICKHOUSE_URL: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" })
    .describe("http(s)://host:8123 of ClickHouse; may hold user:password@."),
  CLICKHOUSE_USER: z
    .string()
    .optional()
    .describe("Who we are there, unless the URL says so. Migrations need more rights."),
  CLICKHOUSE_PASSWORD: z.string().optional().describe("The password of that user."),
  CLICKHOUSE_CA_FILE: z
    .string()
    .optional()
    .describe("Who signed its certificate; the system's authorities without it."),
  CLICKHOUSE_DATABASE: z.string().min(1).default("logging").describe("The database there; the migrations make it."),
  INSERT_TIMEOUT_MS: durationMs(10_000).describe("How long an insert may take."),
};

/** Who asks ClickHouse, where it is not who writes. */
export const readerEnv = {
  CLICKHOUSE_READER_USER: z.string().optional().describe("Who reads, where it is not who writes: may read only."),
  CLICKHOUSE_READER_PASSWORD: z.string().optional().describe("The password of that user."),
};

/** What the migrations alone read: figures of the tables, which `migrate` brings up to date each time. */
export const schemaEnv = {
  CLICKHOUSE_CLUSTER: name()
    .optional()
    .describe("The cluster on whose nodes the tables are made; without it one server."),
  EVENTS_RETENTION_DAYS: count(SCHEMA_DEFAULTS.eventsDays).describe("How long events are kept."),
  LOGS_RETENTION_DAYS: count(SCHEMA_DEFAULTS.logsDays).describe("How long log lines are kept."),
  CLICKHOUSE_REFRESH_S: count(SCHEMA_DEFAULTS.refreshS).describe(
    "How long a dashboard's view rests between two rebuilds.",
  ),
};

type ClickHouseEnv = z.output<z.ZodObject<typeof clickhouseEnv>>;
type ReaderEnv = z.output<z.ZodObject<typeof readerEnv>>;
type SchemaEnv = z.output<z.ZodObject<typeof schemaEnv>>;

export function clickhouseOptions(env: ClickHouseEnv): ClickHouseOptions {
  const { CLICKHOUSE_USER: user = "default", CLICKHOUSE_PASSWORD: password = "" } = env;
  return {
    url: new URL(env.CLICKHOUSE_URL).username === "" ? urlAs(env.CLICKHOUSE_URL, user, password) : env.CLICKHOUSE_URL,
    caFile: env.CLICKHOUSE_CA_FILE,
    database: env.CLICKHOUSE_DATABASE,
    requestTimeoutMs: env.INSERT_TIMEOUT_MS,
  };
}

/** The same ClickHouse as whoever reads. */
export function readerOptions(env: ClickHouseEnv & ReaderEnv, queryTimeoutMs: number): ClickHouseOptions {
  const { url, ...writer } = clickhouseOptions(env);
  const { CLICKHOUSE_READER_USER: user, CLICKHOUSE_READER_PASSWORD: password = "" } = env;
  return { ...writer, url: user === undefined ? url : urlAs(url, user, password), requestTimeoutMs: queryTimeoutMs };
}

/** The same ClickHouse for the migrations. */
export function migrationOptions(env: ClickHouseEnv): ClickHouseOptions {
  return { ...clickhouseOptions(env), requestTimeoutMs: MIGRATION_TIMEOUT_MS };
}

export function schemaSettings(env: SchemaEnv): SchemaSettings {
  return {
    cluster: env.CLICKHOUSE_CLUSTER,
    eventsDays: env.EVENTS_RETENTION_DAYS,
    logsDays: env.LOGS_RETENTION_DAYS,
    refreshS: env.CLICKHOUSE_REFRESH_S,
  };
}

function urlAs(address: string, user: string, password: string): string {
  const credentials = { username: encodeURIComponent(user), password: encodeURIComponent(password) };
  return Object.assign(new URL(address), credentials).href;
}
