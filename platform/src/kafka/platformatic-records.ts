import { IS_CONTROL, type Consumer, type RecordsBatch } from "@platformatic/kafka";
import type { ConsumedRecord } from "../bus/bus.ts";

type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;

/** What an answer holds of one partition. */
export interface FetchedPartition {
  readonly topicId: string;
  readonly partition: number;
  /** Without those before the offset that was asked for: Kafka gives whole batches. */
  readonly recordsFrom: (offset: bigint) => ConsumedRecord[];
  /** After the last of its batches, whether or not that holds records for consumers. */
  readonly nextOffset: bigint;
}

/** The partitions of an answer that hold anything. */
export function partitionsOf({ responses }: FetchResponse): FetchedPartition[] {
  return responses.flatMap(({ topicId, partitions }) =>
    partitions.flatMap(({ partitionIndex, records }) => {
      const last = records?.at(-1);
      if (!records || !last) return [];
      const nextOffset = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
      const recordsFrom = (offset: bigint): ConsumedRecord[] =>
        records.flatMap(recordsOf).filter((record) => record.offset >= offset);
      return [{ topicId, partition: partitionIndex, recordsFrom, nextOffset }];
    }),
  );
}

function recordsOf({ attributes, firstOffset, firstTimestamp, records }: RecordsBatch): ConsumedRecord[] {
  if (attributes & IS_CONTROL) return [];
  return records.map(({ key, value, headers, offsetDelta, timestampDelta }) => ({
    key: String(key ?? ""),
    value: value ?? new Uint8Array(),
    headers: Object.fromEntries(headers.map(([name, text]) => [String(name ?? ""), String(text ?? "")])),
    offset: firstOffset + BigInt(offsetDelta),
    timestamp: new Date(Number(firstTimestamp + timestampDelta)),
  }));
}
