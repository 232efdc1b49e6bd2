/** The last moment that fits a DateTime64(3) in milliseconds; 13 digits, in the year 2286. */
export const DATE_TIME_MS_MAX = 9_999_999_999_999;

/** A moment as ClickHouse reads it into a UTC column: `2026-01-31 12:00:00.000`. */
export function toDateTime(moment: Date): string {
  return moment.toISOString().slice(0, 23).replace("T", " ");
}
