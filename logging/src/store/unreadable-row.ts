import { toDateTime } from "./date-time.ts";
import type { JsonRow } from "./json-row.ts";

/** A record of an event topic that is no event. */
export interface UnreadableRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly arrivedAt: Date;
  readonly key: string;
  readonly value: Uint8Array;
  readonly reason: string;
}

/** The record as the table's columns. */
export function unreadableToJson(row: UnreadableRow): JsonRow {
  return {
    topic: row.topic,
    topic_partition: row.partition,
    topic_offset: row.offset.toString(),
    arrived_at: toDateTime(row.arrivedAt),
    record_key: row.key.toWellFormed(),
    value: Buffer.from(row.value).toString("base64"),
    reason: row.reason,
  };
}
