import type { DescEnum } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";

/** Rows below a header, each column as wide as it needs to be. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [header, ...rows].map(line).join("\n");
}

/** A time to the second, in UTC; `-` when there is none. */
export function at(time: Timestamp | undefined): string {
  return time ? `${timestampDate(time).toISOString().slice(0, 19)}Z` : "-";
}

/** How long ago a time is: `41s`, `12m`, `3h`, `2d`. */
export function ago(time: Timestamp | undefined, now = Date.now()): string {
  if (!time) return "-";
  const seconds = Math.max(0, Math.round((now - timestampDate(time).getTime()) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}

/** A value of an enum as people write it: `running`. */
export function nameIn(schema: DescEnum, value: number): string {
  return (schema.value[value]?.localName ?? "unknown").toLowerCase();
}

/** `1 event`, `2 events`. */
export function counted(count: number | bigint, noun: string): string {
  return `${count} ${noun}${Number(count) === 1 ? "" : "s"}`;
}
