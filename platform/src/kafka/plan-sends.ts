import type { BusRecord } from "../bus/bus.ts";
import { recordTooLarge } from "../bus/bus-errors.ts";
import { partitionOf } from "../bus/partition-of.ts";
import { recordBytes } from "../bus/record-bytes.ts";
import { RECORD_BYTES_MAX, RECORD_OVERHEAD_BYTES, SEND_BYTES_MAX } from "./limits.ts";

/** Records of one partition that go in one request. */
export interface Send {
  readonly partition: number;
  /** Their indices in the whole. */
  readonly indices: readonly number[];
}

/**
 * Shares records out to sends: each of one partition and of limited size, those of a partition in order.
 *
 * @throws {DomainError} tooLarge REQUEST_TOO_LARGE.
 */
export function planSends(records: readonly BusRecord[], partitions: number): Send[] {
  const sends: { partition: number; indices: number[]; bytes: number }[] = [];
  const open = new Map<number, (typeof sends)[number]>();
  records.forEach((record, index) => {
    const size = recordBytes(record);
    if (size > RECORD_BYTES_MAX) throw recordTooLarge(size, RECORD_BYTES_MAX);
    const bytes = size + RECORD_OVERHEAD_BYTES;
    const partition = partitionOf(record.key, partitions);
    const last = open.get(partition);
    if (last && last.bytes + bytes <= SEND_BYTES_MAX) {
      last.indices.push(index);
      last.bytes += bytes;
      return;
    }
    const next = { partition, indices: [index], bytes };
    open.set(partition, next);
    sends.push(next);
  });
  return sends;
}
