import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { DATE_TIME_MS_MAX } from "../store/date-time.ts";

const NANOS_PER_MS = 1_000_000;

/**
 * A bound of a time range in milliseconds, as the store keeps time; undefined when there is none. Rounded up: of times in
 * whole milliseconds the same ones lie before it and after it. Bounds that the store cannot hold become its own.
 */
export function boundMs(time: Timestamp | undefined): number | undefined {
  if (!time) return undefined;
  const ms = Number(time.seconds) * 1_000 + Math.ceil(time.nanos / NANOS_PER_MS);
  return Math.min(Math.max(ms, 0), DATE_TIME_MS_MAX);
}
