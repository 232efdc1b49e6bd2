import type { Queryable, Transaction } from "../db/database.ts";
import type { ReceivedRecord } from "./received-event.ts";

/** A parked event, as replay takes it up. */
export interface ParkedEvent extends ReceivedRecord {
  readonly eventId: string;
}

interface ParkedRow {
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly topic: string;
  readonly partition: number;
  readonly record_offset: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  readonly parked_at: Date;
}

/** The aggregates whose events a consumer holds back; only the one named when one is. */
export async function listParkedAggregates(db: Queryable, consumer: string, aggregateId?: string): Promise<string[]> {
  const { rows } = await db.query<{ aggregate_id: string }>(
    "list_parked_aggregates",
    `select distinct aggregate_id
       from inbox_parked
      where consumer = $1 and ($2::text is null or aggregate_id = $2)
      order by aggregate_id`,
    [consumer, aggregateId ?? null],
  );
  return rows.map((row) => row.aggregate_id);
}

/** The parked event of an aggregate that is next; undefined when there is none left. */
export async function findFirstParked(
  db: Queryable,
  consumer: string,
  aggregateId: string,
): Promise<ParkedEvent | undefined> {
  const { rows } = await db.query<ParkedRow>(
    "find_first_parked",
    `select event_id, aggregate_id, topic, partition, record_offset, value, headers, parked_at
       from inbox_parked
      where consumer = $1 and aggregate_id = $2
      order by aggregate_version, event_id
      limit 1`,
    [consumer, aggregateId],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Keeps the consumer from parking more events of the aggregate while one is taken out. */
export async function lockHead(tx: Transaction, consumer: string, aggregateId: string): Promise<void> {
  await tx.query("lock_inbox_head", "select from inbox_heads where consumer = $1 and aggregate_id = $2 for update", [
    consumer,
    aggregateId,
  ]);
}

/** Takes an event out after its effect; the last one lets the aggregate's new events through again. */
export async function deleteParked(
  tx: Transaction,
  consumer: string,
  { aggregateId, eventId, version }: { aggregateId: string; eventId: string; version: bigint },
): Promise<void> {
  await tx.query(
    "delete_parked",
    "delete from inbox_parked where consumer = $1 and aggregate_id = $2 and event_id = $3",
    [consumer, aggregateId, eventId],
  );
  await tx.query(
    "move_parked_head",
    `update inbox_heads
        set version = greatest(version, $3), updated_at = now(),
            parked = exists (select from inbox_parked where consumer = $1 and aggregate_id = $2)
      where consumer = $1 and aggregate_id = $2`,
    [consumer, aggregateId, version],
  );
}

/** Says why an event failed again. */
export async function saveCause(db: Queryable, consumer: string, eventId: string, cause: string): Promise<void> {
  await db.query("save_parked_cause", "update inbox_parked set cause = $3 where consumer = $1 and event_id = $2", [
    consumer,
    eventId,
    cause,
  ]);
}

function fromRow(row: ParkedRow): ParkedEvent {
  const { event_id, aggregate_id, topic, partition, record_offset, value, headers, parked_at } = row;
  const record = { key: aggregate_id, value, headers, offset: BigInt(record_offset), timestamp: parked_at };
  return { eventId: event_id, topic, partition, record };
}
