import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** What a protobuf Timestamp may be at most and at least: 0001-01-01 and the end of 9999, in seconds. */
const SECONDS_MIN = -62_135_596_800;
const SECONDS_MAX = 253_402_300_799;

const NANOS_PER_MS = 1_000_000;

/**
 * A bound for stored times. They are whole milliseconds, so rounding up changes neither "at or after" nor "before".
 * Undefined stays undefined; times outside protobuf's years are taken for its first or last.
 */
export function timeBound(time: Timestamp | undefined): Date | undefined {
  if (!time) return undefined;
  const seconds = Math.min(Math.max(Number(time.seconds), SECONDS_MIN), SECONDS_MAX);
  return new Date(seconds * 1000 + Math.ceil(time.nanos / NANOS_PER_MS));
}
