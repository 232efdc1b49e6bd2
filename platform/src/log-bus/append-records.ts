import type { Queryable } from "../db/database.ts";
import type { BusRecord } from "../bus/bus.ts";
import { partitionOf } from "../bus/partition-of.ts";

/**
 * Appends records to one topic in one statement. The heads of their partitions are locked in order of partition, so
 * publishers cannot deadlock, and until the commit, so a reader never meets an offset whose predecessor is still to come.
 */
export async function appendRecords(
  db: Queryable,
  { topic, partitions, records }: { topic: string; partitions: number; records: readonly BusRecord[] },
): Promise<void> {
  await db.query(
    "append_records",
    `with input as (
       select partition, key, value, headers, position, octet_length(value) + octet_length(key) as bytes
         from unnest($2::int[], $3::text[], $4::bytea[], $5::jsonb[])
              with ordinality as i (partition, key, value, headers, position)),
     totals as (
       select partition, count(*) as records, sum(bytes) as bytes from input group by partition),
     locked as (
       select partition from partitions
        where topic = $1 and partition in (select partition from totals)
        order by partition
          for update),
     heads as (
       update partitions p
          set next_offset = p.next_offset + t.records, next_byte = p.next_byte + t.bytes
         from totals t join locked using (partition)
        where p.topic = $1 and p.partition = t.partition
       returning p.partition, p.next_offset - t.records as base_offset, p.next_byte - t.bytes as base_byte)
     insert into records (topic, partition, record_offset, key, value, headers, end_byte)
     select $1, partition, base_offset + row_number() over earlier - 1, key, value, headers,
            base_byte + sum(bytes) over earlier
       from input join heads using (partition)
     window earlier as (partition by partition order by position)`,
    [
      topic,
      records.map(({ key }) => partitionOf(key, partitions)),
      records.map(({ key }) => key),
      records.map(({ value }) => Buffer.from(value.buffer, value.byteOffset, value.byteLength)),
      records.map(({ headers }) => JSON.stringify(headers)),
    ],
  );
}
