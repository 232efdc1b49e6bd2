import type { BusRecord } from "./bus.ts";

/** The size of a record as its limit counts it: value, key and headers. */
export function recordBytes({ key, value, headers }: BusRecord): number {
  return value.byteLength + Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(headers));
}
