import type { Database } from "../db/database.ts";
import type { BusRecord } from "../bus/bus.ts";
import { recordTooLarge } from "../bus/bus-errors.ts";
import { recordBytes } from "../bus/record-bytes.ts";
import { appendRecords } from "./append-records.ts";
import { findPartitions } from "./topic-store.ts";

/** How much one statement carries, in bytes. */
const STATEMENT_BYTES_MAX = 8 * 1024 * 1024;

export interface PublisherOptions {
  readonly db: Database;
  readonly recordBytesMax: number;
  /** Called when a topic has new records. */
  readonly appended: (topic: string) => void;
}

/** `Bus.publish` of the log. */
export function createPublisher({ db, recordBytesMax, appended }: PublisherOptions) {
  const partitionsOf = new Map<string, number>();
  const lookUp = async (topic: string): Promise<number> => {
    const known = partitionsOf.get(topic) ?? (await findPartitions(db, topic));
    if (known === undefined) throw new Error(`there is no topic ${topic}`);
    partitionsOf.set(topic, known);
    return known;
  };
  return async (topic: string, records: readonly BusRecord[]): Promise<ReadonlySet<number>> => {
    const chunks = chunksOf(records, recordBytesMax);
    const acknowledged = new Set<number>();
    if (chunks.length === 0) return acknowledged;
    const partitions = await lookUp(topic);
    for (const { from, to } of chunks) {
      try {
        await appendRecords(db, { topic, partitions, records: records.slice(from, to) });
      } catch (error) {
        // What was appended before stays so, and its publisher must know.
        if (acknowledged.size === 0) throw error;
        break;
      }
      for (let index = from; index < to; index += 1) acknowledged.add(index);
      appended(topic);
    }
    return acknowledged;
  };
}

interface Chunk {
  readonly from: number;
  readonly to: number;
}

/** Runs of records that fit into one statement each. */
function chunksOf(records: readonly BusRecord[], recordBytesMax: number): Chunk[] {
  const chunks: Chunk[] = [];
  let from = 0;
  let bytes = 0;
  records.forEach((record, index) => {
    const size = recordBytes(record);
    if (size > recordBytesMax) throw recordTooLarge(size, recordBytesMax);
    if (index > from && bytes + size > STATEMENT_BYTES_MAX) {
      chunks.push({ from, to: index });
      from = index;
      bytes = 0;
    }
    bytes += size;
  });
  if (records.length > from) chunks.push({ from, to: records.length });
  return chunks;
}
