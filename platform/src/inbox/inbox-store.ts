import type { Queryable, Transaction } from "../db/database.ts";
import type { ReceivedEvent } from "./received-event.ts";

/** How an event stands to what its consumer has seen of the aggregate. */
export type Standing =
  /** It is next: its effect belongs into this transaction. */
  | "fresh"
  /** Its id is known. */
  | "duplicate"
  /** A later version had its effect already. */
  | "stale"
  /** An earlier event of the aggregate is parked. */
  | "behind";

/** Whether the consumer has dealt with an event. */
export async function isSeen(db: Queryable, consumer: string, eventId: string): Promise<boolean> {
  const { rowCount } = await db.query("is_seen", "select from inbox where consumer = $1 and event_id = $2", [
    consumer,
    eventId,
  ]);
  return rowCount > 0;
}

/** Remembers an event by id alone; false when it was known. */
export async function rememberEvent(tx: Transaction, consumer: string, eventId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "remember_event",
    "insert into inbox (consumer, event_id) values ($1, $2) on conflict do nothing",
    [consumer, eventId],
  );
  return rowCount === 1;
}

/** Remembers an event and moves its aggregate's head on, locked until the transaction ends. */
export async function claimEvent(tx: Transaction, consumer: string, { envelope }: ReceivedEvent): Promise<Standing> {
  const { eventId, aggregateId, aggregateVersion } = envelope;
  const { rows } = await tx.query<{ seen: boolean; moved: boolean }>(
    "claim_event",
    `with fresh as (
       insert into inbox (consumer, event_id) values ($1, $2)
       on conflict do nothing
       returning event_id),
     head as (
       insert into inbox_heads (consumer, aggregate_id, version)
       select $1, $3, $4 from fresh
       on conflict (consumer, aggregate_id) do update
          set version = excluded.version, updated_at = now()
        where not inbox_heads.parked and inbox_heads.version < excluded.version
       returning version)
     select not exists (select from fresh) as seen, exists (select from head) as moved`,
    [consumer, eventId, aggregateId, aggregateVersion],
  );
  if (rows[0]?.moved) return "fresh";
  if (rows[0]?.seen) return "duplicate";
  // The head is locked by now, so a second look sees what kept it from moving.
  return (await isParked(tx, consumer, aggregateId)) ? "behind" : "stale";
}

async function isParked(tx: Transaction, consumer: string, aggregateId: string): Promise<boolean> {
  const { rows } = await tx.query<{ parked: boolean }>(
    "is_aggregate_parked",
    "select parked from inbox_heads where consumer = $1 and aggregate_id = $2",
    [consumer, aggregateId],
  );
  return rows[0]?.parked ?? false;
}

/** Holds the aggregate's later events back from now on. */
export async function parkAggregate(tx: Transaction, consumer: string, aggregateId: string): Promise<void> {
  await tx.query(
    "park_aggregate",
    `insert into inbox_heads (consumer, aggregate_id, version, parked)
     values ($1, $2, 0, true)
     on conflict (consumer, aggregate_id) do update set parked = true, updated_at = now()`,
    [consumer, aggregateId],
  );
}

/** Sets an event aside; `cause` is undefined for one that waits behind another. */
export async function insertParked(
  tx: Transaction,
  consumer: string,
  event: ReceivedEvent,
  cause?: string,
): Promise<void> {
  const { envelope, topic, partition, record } = event;
  const { buffer, byteOffset, byteLength } = record.value;
  await tx.query(
    "insert_parked",
    `insert into inbox_parked (consumer, aggregate_id, aggregate_version, event_id, event_type,
                               topic, partition, record_offset, value, headers, cause)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      consumer,
      envelope.aggregateId,
      envelope.aggregateVersion,
      envelope.eventId,
      envelope.type,
      topic,
      partition,
      record.offset,
      Buffer.from(buffer, byteOffset, byteLength),
      JSON.stringify(record.headers),
      cause ?? null,
    ],
  );
}

/** How many events a consumer has set aside. */
export async function countParked(db: Queryable, consumer: string): Promise<number> {
  const { rows } = await db.query<{ events: number }>(
    "count_parked",
    "select count(*)::int as events from inbox_parked where consumer = $1",
    [consumer],
  );
  return rows[0]?.events ?? 0;
}
