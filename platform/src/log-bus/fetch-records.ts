import type { Queryable } from "../db/database.ts";
import type { ConsumedRecord } from "../bus/bus.ts";

/** Where to read from. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

export interface FetchLimits {
  /** Per partition. */
  readonly recordsMax: number;
  /** Per partition: the record that passes it is the last. */
  readonly bytesMax: number;
}

export interface Fetched {
  readonly topic: string;
  readonly partition: number;
  readonly record: ConsumedRecord;
}

interface RecordRow {
  readonly topic: string;
  readonly partition: number;
  readonly record_offset: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  readonly appended_at: Date;
}

/** Reads the next records of several partitions in one statement, each partition's in order. */
export async function fetchRecords(
  db: Queryable,
  positions: readonly Position[],
  { recordsMax, bytesMax }: FetchLimits,
): Promise<Fetched[]> {
  const { rows } = await db.query<RecordRow>(
    "fetch_records",
    `select r.topic, r.partition, r.record_offset, r.key, r.value, r.headers, r.appended_at
       from unnest($1::text[], $2::int[], $3::bigint[]) as p (topic, partition, next_offset)
      cross join lateral (
        select *, first_value(end_byte - octet_length(value)) over (order by record_offset) as start_byte
          from (select * from records
                 where topic = p.topic and partition = p.partition and record_offset >= p.next_offset
                 order by record_offset limit $4) next
      ) r
      where r.end_byte - octet_length(r.value) - r.start_byte < $5
      order by r.topic, r.partition, r.record_offset`,
    [
      positions.map(({ topic }) => topic),
      positions.map(({ partition }) => partition),
      positions.map(({ nextOffset }) => nextOffset),
      recordsMax,
      bytesMax,
    ],
  );
  return rows.map(({ topic, partition, ...row }) => ({ topic, partition, record: fromRow(row) }));
}

function fromRow(row: Omit<RecordRow, "topic" | "partition">): ConsumedRecord {
  const { record_offset, key, value, headers, appended_at } = row;
  return { offset: BigInt(record_offset), key, value, headers, timestamp: appended_at };
}
