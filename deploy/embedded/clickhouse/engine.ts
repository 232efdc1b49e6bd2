import { Session } from "chdb";
import { isInsert, withRows } from "./insert-rows.ts";
import { ENGINE_ARGUMENTS } from "./limits.ts";
import type { Statement } from "./statement.ts";

/** What a statement gave. */
export interface Outcome {
  readonly bytes: Uint8Array;
  /** The fields of X-ClickHouse-Summary. */
  readonly summary: Readonly<Record<string, string>>;
}

/** chDB on one folder. */
export interface Engine {
  /** @throws the engine's own error, whose message begins with `Code: N. DB::Exception`. */
  run(statement: Statement): Promise<Outcome>;
  close(): void;
}

/**
 * Opens the engine. Each statement gets a session of its own (0.3 ms): settings and parameters set in it go with it, and
 * two statements with parameters at once do not mix them up, as they would through chDB's own binding.
 *
 * @throws when another process has the folder.
 */
export function openEngine(folder: string): Engine {
  // The engine lives as long as one session does.
  const root = new Session(folder, { connectionArgs: ENGINE_ARGUMENTS });
  return {
    run: (statement) => run(folder, statement),
    close: () => root.close(),
  };
}

async function run(folder: string, statement: Statement): Promise<Outcome> {
  if (isInsert(statement.sql) && statement.body.length > 0) {
    const insert = withRows(statement.sql, statement.body);
    if (insert.rowCount === 0) return { bytes: new Uint8Array(), summary: summaryOf(0, 0, 0) };
    const result = await runIn(folder, statement, insert.sql);
    return { bytes: new Uint8Array(), summary: summaryOf(0, insert.rowCount, result.elapsed) };
  }
  const separator = statement.body.length > 0 ? "\n" : "";
  const result = await runIn(folder, statement, `${statement.sql}${separator}${statement.body.toString("utf8")}`);
  return { bytes: result.bytes(), summary: summaryOf(result.rowsRead, 0, result.elapsed) };
}

async function runIn(folder: string, statement: Statement, sql: string) {
  using session = new Session(folder);
  if (statement.database !== undefined) await session.queryAsync(`USE ${identifier(statement.database)}`);
  await session.queryAsync(settingsSql(statement));
  return await session.queryAsync(sql, { format: statement.format });
}

/** Both settings and parameters are set by SQL: a parameter's text is then read exactly as from an HTTP address. */
function settingsSql({ settings, parameters }: Statement): string {
  const assignments = [
    ...Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`),
    ...Object.entries(parameters).map(([name, value]) => `param_${name} = ${literal(value)}`),
  ];
  return `SET ${assignments.join(", ")}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

function summaryOf(readRows: number, writtenRows: number, elapsedSeconds: number): Record<string, string> {
  return {
    read_rows: String(readRows),
    read_bytes: "0",
    written_rows: String(writtenRows),
    written_bytes: "0",
    total_rows_to_read: "0",
    result_rows: "0",
    result_bytes: "0",
    elapsed_ns: String(Math.round(elapsedSeconds * 1e9)),
  };
}
