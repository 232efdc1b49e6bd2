import type { Users } from "./credentials.ts";
import { ClickHouseException } from "./exception.ts";
import { EXECUTION_SECONDS_DEFAULT, EXECUTION_SECONDS_MAX, STATEMENT_SETTINGS } from "./limits.ts";

/** One request, understood. */
export interface Statement {
  /** SQL; for an insert without its rows. */
  readonly sql: string;
  /** What came as the body beside a query in the address: the rows of an insert. */
  readonly body: Buffer;
  readonly database: string | undefined;
  /** The format of the answer where the SQL names none. */
  readonly format: string;
  /** Settings of this statement, by name, as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Values of `{name:Type}`, escaped as ClickHouse's HTTP interface wants them. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Parts of the address that steer the HTTP layer; the engine knows nothing of them. */
const HTTP_ONLY = new Set([
  "enable_http_compression",
  "http_headers_progress_interval_ms",
  "password",
  "query",
  "query_id",
  "send_progress_in_http_headers",
  "user",
  "wait_end_of_query",
]);

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/**
 * Reads a request of ClickHouse's HTTP interface.
 *
 * @throws {ClickHouseException} for what this interface leaves out: sessions and roles.
 */
export function toStatement(address: URLSearchParams, body: Buffer, user: keyof Users): Statement {
  const settings: Record<string, string> = { ...STATEMENT_SETTINGS };
  const parameters: Record<string, string> = {};
  for (const [key, value] of address) {
    if (key === "session_id" || key === "role")
      throw notImplemented(`${key} is not supported by the embedded ClickHouse`);
    if (HTTP_ONLY.has(key) || key === "database" || key === "default_format") continue;
    const name = key.startsWith("param_") ? key.slice("param_".length) : key;
    if (!NAME.test(name)) throw new ClickHouseException(115, "UNKNOWN_SETTING", 404, `Unknown setting '${name}'.`);
    (key.startsWith("param_") ? parameters : settings)[name] = value;
  }
  // 2: reads only, and may change every setting but this one.
  if (user === "reader") settings.readonly = "2";
  settings.max_execution_time = String(executionSeconds(settings.max_execution_time));

  const inAddress = address.get("query");
  return {
    sql: inAddress ?? body.toString("utf8"),
    body: inAddress === null ? Buffer.alloc(0) : body,
    database: address.get("database") ?? undefined,
    format: address.get("default_format") ?? "TabSeparated",
    settings,
    parameters,
  };
}

/** Zero means "no limit" to ClickHouse; here a statement always has one. */
function executionSeconds(wanted: string | undefined): number {
  const seconds = Number(wanted ?? EXECUTION_SECONDS_DEFAULT);
  return seconds > 0 ? Math.min(seconds, EXECUTION_SECONDS_MAX) : EXECUTION_SECONDS_MAX;
}

/** A feature of the server that the embedded engine lacks. */
export function notImplemented(message: string): ClickHouseException {
  return new ClickHouseException(48, "NOT_IMPLEMENTED", 501, message);
}
