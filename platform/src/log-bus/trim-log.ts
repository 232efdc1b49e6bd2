import type { Database, Transaction } from "../db/database.ts";
import type { Logger } from "../log/logger.ts";
import { pause } from "../pause.ts";

/** How many records one statement removes. */
const CHUNK_RECORDS = 5_000;

/** The transaction-level advisory lock under which one process at a time trims. */
const TRIM_LOCK = 4_871_203;

interface PartitionRow {
  readonly topic: string;
  readonly partition: number;
}

/** Removes what the topics' retention no longer keeps, every `everyMs`, until `stop`. */
export async function trimRegularly(db: Database, log: Logger, everyMs: number, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await pause(everyMs, stop);
    if (stop.aborted) return;
    await trimLog(db).catch((error: unknown) =>
      log.warn("the log was not trimmed, the next round tries again", { error }),
    );
  }
}

/** Removes what retention no longer keeps; answers how many records that were. */
export async function trimLog(db: Database): Promise<number> {
  const { rows } = await db.query<PartitionRow>("list_all_partitions", "select topic, partition from partitions");
  let removed = 0;
  for (const row of rows) {
    let chunk: number;
    do {
      chunk = await db.transaction((tx) => trimPartition(tx, row));
      removed += chunk;
    } while (chunk === CHUNK_RECORDS);
  }
  return removed;
}

/** Removes one chunk from the beginning of a partition. Time and bytes grow with the offset, so what goes is a prefix. */
async function trimPartition(tx: Transaction, { topic, partition }: PartitionRow): Promise<number> {
  const lock = await tx.query<{ got: boolean }>("lock_trim", "select pg_try_advisory_xact_lock($1) as got", [
    TRIM_LOCK,
  ]);
  if (!lock.rows[0]?.got) return 0;
  const { rowCount } = await tx.query(
    "trim_partition",
    `delete from records r
      using (select o.record_offset
               from (select * from records where topic = $1 and partition = $2 order by record_offset limit $3) o
               join topics t on t.topic = $1
               join partitions p on p.topic = $1 and p.partition = $2
              where o.appended_at < now() - t.retention_ms * interval '1 ms'
                 or o.end_byte <= p.next_byte - t.retention_bytes) old
      where r.topic = $1 and r.partition = $2 and r.record_offset = old.record_offset`,
    [topic, partition, CHUNK_RECORDS],
  );
  if (rowCount > 0) {
    // A publisher may hold it with records that no statement begun before its commit would see.
    await tx.query("lock_partition", "select from partitions where topic = $1 and partition = $2 for update", [
      topic,
      partition,
    ]);
    await tx.query(
      "move_first_offset",
      `update partitions p
          set first_offset = coalesce(
                (select min(record_offset) from records where topic = $1 and partition = $2), p.next_offset)
        where topic = $1 and partition = $2`,
      [topic, partition],
    );
  }
  return rowCount;
}
