import type { JsonRow } from "./json-row.ts";

/** Bounds of one insert: a server refuses a request that is too large, and both sides hold it in memory. */
const SLICE_ROWS_MAX = 2_000;
const SLICE_CHARS_MAX = 8 * 1024 * 1024;

/** What a row takes besides its texts: names, quotes, numbers. */
const ROW_CHARS = 300;

/** Cuts rows into inserts of a bounded size; a single row may be larger than the bound. */
export function* slicesOf(rows: readonly JsonRow[]): Generator<readonly JsonRow[]> {
  let slice: JsonRow[] = [];
  let chars = 0;
  for (const row of rows) {
    const rowChars = charsOf(row);
    if (slice.length > 0 && (slice.length >= SLICE_ROWS_MAX || chars + rowChars > SLICE_CHARS_MAX)) {
      yield slice;
      slice = [];
      chars = 0;
    }
    slice.push(row);
    chars += rowChars;
  }
  if (slice.length > 0) yield slice;
}

function charsOf(row: JsonRow): number {
  return Object.values(row).reduce<number>((sum, value) => sum + String(value).length, ROW_CHARS);
}
