import type { Queryable, Transaction } from "../db/database.ts";
import type { ReceivedRecord } from "./received-event.ts";

/** A parked event, as replay takes it up. */
export interface ParkedEvent extends ReceivedRecord {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly version: bigint;
  readonly type: string;
  /** Why it failed; empty for one that only waits. */
  readonly cause: string;
}

interface ParkedRow {
  readonly event_id: string;
  readonly event_type: string;
  readonly aggregate_id: string;
  readonly aggregate_version: string;
  readonly cause: string;
  readonly topic: string;
  readonly partition: number;
  readonly record_offset: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  readonly parked_at: Date;
}

const COLUMNS = `event_id, event_type, aggregate_id, aggregate_version, coalesce(cause, '') as cause,
  topic, partition, record_offset, value, headers, parked_at`;

/** Which aggregates; what is empty or undefined does not narrow. */
export interface AggregateFilter {
  readonly aggregateId: string;
  /** The rest is asked of an aggregate's first parked event, the one that the others wait for. */
  readonly type: string;
  readonly cause: string;
  readonly parkedFrom: Date | undefined;
  readonly parkedBefore: Date | undefined;
}

export const EVERY_AGGREGATE: AggregateFilter = {
  aggregateId: "",
  type: "",
  cause: "",
  parkedFrom: undefined,
  parkedBefore: undefined,
};

/** The aggregates whose events a consumer holds back, the one that has stood the longest first. */
export async function listParkedAggregates(
  db: Queryable,
  consumer: string,
  filter: AggregateFilter = EVERY_AGGREGATE,
): Promise<string[]> {
  const { rows } = await db.query<{ aggregate_id: string }>(
    "list_parked_aggregates",
    `with first as (
       select distinct on (aggregate_id) aggregate_id, event_type, cause, parked_at
         from inbox_parked
        where consumer = $1 and ($2 = '' or aggregate_id = $2)
        order by aggregate_id, aggregate_version, event_id)
     select aggregate_id
       from first
      where ($3 = '' or event_type = $3) and ($4 = '' or position(lower($4) in lower(coalesce(cause, ''))) > 0)
        and ($5::timestamptz is null or parked_at >= $5) and ($6::timestamptz is null or parked_at < $6)
      order by parked_at, aggregate_id`,
    [consumer, filter.aggregateId, filter.type, filter.cause, filter.parkedFrom ?? null, filter.parkedBefore ?? null],
  );
  return rows.map((row) => row.aggregate_id);
}

/** A parked event by its id; undefined when this consumer has parked none of the id. */
export async function findParked(db: Queryable, consumer: string, eventId: string): Promise<ParkedEvent | undefined> {
  const { rows } = await db.query<ParkedRow>(
    "find_parked",
    `select ${COLUMNS} from inbox_parked where consumer = $1 and event_id = $2`,
    [consumer, eventId],
  );
  return rows[0] && fromRow(rows[0]);
}

/** How many events of an aggregate a consumer has parked. */
export async function countParkedOf(db: Queryable, consumer: string, aggregateId: string): Promise<number> {
  const { rows } = await db.query<{ events: number }>(
    "count_parked_of",
    "select count(*)::int as events from inbox_parked where consumer = $1 and aggregate_id = $2",
    [consumer, aggregateId],
  );
  return rows[0]?.events ?? 0;
}

/** The parked event of an aggregate that is next; undefined when there is none left. */
export async function findFirstParked(
  db: Queryable,
  consumer: string,
  aggregateId: string,
): Promise<ParkedEvent | undefined> {
  const { rows } = await db.query<ParkedRow>(
    "find_first_parked",
    `select ${COLUMNS}
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
  const { event_id: eventId, event_type: type, aggregate_id: aggregateId, cause, topic, partition } = row;
  const { value, headers, record_offset: offset, parked_at: timestamp } = row;
  const record = { key: aggregateId, value, headers, offset: BigInt(offset), timestamp };
  return { eventId, aggregateId, version: BigInt(row.aggregate_version), type, cause, topic, partition, record };
}
