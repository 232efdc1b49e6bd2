import { notImplemented } from "./statement.ts";

const INSERT = /^\s*insert\s+into\s/iu;
/** Formats of one JSON value a line: no value can hold a raw line break. */
const FORMAT = /\sformat\s+(JSONEachRow|JSONCompactEachRow|JSONStringsEachRow|JSONCompactStringsEachRow)\s*$/iu;

/** An insert with its rows. */
export interface RowsToInsert {
  /** The SQL with the rows after it. */
  readonly sql: string;
  readonly rowCount: number;
}

/** Whether the SQL takes rows. */
export function isInsert(sql: string): boolean {
  return INSERT.test(sql);
}

/**
 * Puts the rows of an insert behind its SQL, as chDB wants them. An empty line would end the rows and begin another
 * statement, so empty lines go, and formats whose values may hold one are refused.
 *
 * @throws {ClickHouseException} for formats other than one JSON value a line.
 */
export function withRows(sql: string, body: Buffer): RowsToInsert {
  if (!FORMAT.test(sql)) throw notImplemented("the embedded ClickHouse takes rows as JSON, one value a line");
  const rows = body
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  return { sql: `${sql.trimEnd()}\n${rows.join("\n")}\n`, rowCount: rows.length };
}
