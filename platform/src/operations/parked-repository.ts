import type { Queryable } from "../db/database.ts";

/** An event that is parked in the outbox or by a consumer. */
export interface ParkedItem {
  readonly eventId: string;
  readonly parkedIn: "outbox" | "consumer";
  /** Empty in the outbox. */
  readonly consumer: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly topic: string;
  /** Undefined in the outbox. */
  readonly place: { readonly partition: number; readonly offset: bigint } | undefined;
  /** Empty for one that waits. */
  readonly cause: string;
  readonly parkedAt: Date;
  /** The same in microseconds since 1970, as the database has it. */
  readonly parkedAtUs: string;
  readonly isFirst: boolean;
  /** How many events of its aggregate are parked behind it. */
  readonly waiting: number;
}

/** Which events; what is empty or undefined does not narrow. */
export interface ParkedFilter {
  readonly parkedIn: ParkedItem["parkedIn"] | undefined;
  /** Whose events. */
  readonly consumers: readonly string[];
  readonly type: string;
  readonly aggregateId: string;
  readonly cause: string;
  readonly parkedFrom: Date | undefined;
  readonly parkedBefore: Date | undefined;
}

/** The sort key of an event in a page. */
export interface ParkedPosition {
  readonly parkedAtUs: string;
  readonly eventId: string;
  readonly consumer: string;
}

interface ItemRow {
  readonly event_id: string;
  readonly parked_in: ParkedItem["parkedIn"];
  readonly consumer: string;
  readonly type: string;
  readonly aggregate_id: string;
  readonly topic: string;
  readonly partition: number | null;
  readonly record_offset: string | null;
  readonly cause: string;
  readonly parked_at: Date;
  readonly parked_us: string;
  readonly first: boolean;
  readonly waiting: number;
}

/** Lists a page of parked events, the oldest first, after a position. */
export async function listParked(
  db: Queryable,
  filter: ParkedFilter,
  after: ParkedPosition | undefined,
  limit: number,
): Promise<ParkedItem[]> {
  const { rows } = await db.query<ItemRow>(
    "list_parked",
    `with parked as (
       select event_id, 'consumer' as parked_in, consumer, event_type as type, aggregate_id, topic, partition,
              record_offset, coalesce(cause, '') as cause, parked_at, consumer as lane, aggregate_version as position
         from inbox_parked
       union all
       select event_id, 'outbox', '', coalesce(headers->>'event-type', ''), key, topic, null, null,
              coalesce(cause, ''), parked_at, topic, id
         from outbox
        where parked_at is not null),
     ranked as (
       select *, (extract(epoch from parked_at) * 1000000)::bigint as parked_us,
              row_number() over (aggregate order by position, event_id)::int as rank,
              (count(*) over aggregate)::int as events
         from parked
       window aggregate as (partition by parked_in, lane, aggregate_id))
     select event_id, parked_in, consumer, type, aggregate_id, topic, partition, record_offset, cause, parked_at, parked_us,
            rank = 1 as first, events - rank as waiting
       from ranked
      where ($1::text is null or parked_in = $1) and (parked_in = 'outbox' or consumer = any($2))
        and ($3 = '' or type = $3) and ($4 = '' or aggregate_id = $4)
        and ($5 = '' or position(lower($5) in lower(cause)) > 0)
        and ($6::timestamptz is null or parked_at >= $6) and ($7::timestamptz is null or parked_at < $7)
        and ($8::bigint is null or (parked_us, event_id, consumer) > ($8, $9::uuid, $10::text))
      order by parked_us, event_id, consumer
      limit $11`,
    [
      filter.parkedIn ?? null,
      filter.consumers,
      filter.type,
      filter.aggregateId,
      filter.cause,
      filter.parkedFrom ?? null,
      filter.parkedBefore ?? null,
      after?.parkedAtUs ?? null,
      after?.eventId ?? null,
      after?.consumer ?? null,
      limit,
    ],
  );
  return rows.map(fromRow);
}

/** How much of each consumer is parked; those with nothing parked are left out. */
export async function countBacklogs(
  db: Queryable,
): Promise<ReadonlyMap<string, { events: number; aggregates: number }>> {
  const { rows } = await db.query<{ consumer: string; events: number; aggregates: number }>(
    "count_backlogs",
    `select consumer, count(*)::int as events, count(distinct aggregate_id)::int as aggregates
       from inbox_parked
      group by consumer`,
  );
  return new Map(rows.map(({ consumer, ...counts }) => [consumer, counts]));
}

/** How many aggregates the outbox holds back. */
export async function countParkedKeys(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ keys: number }>(
    "count_parked_keys",
    "select count(distinct (topic, key))::int as keys from outbox where parked_at is not null",
  );
  return rows[0]?.keys ?? 0;
}

function fromRow(row: ItemRow): ParkedItem {
  const { partition, record_offset: offset } = row;
  return {
    eventId: row.event_id,
    parkedIn: row.parked_in,
    consumer: row.consumer,
    type: row.type,
    aggregateId: row.aggregate_id,
    topic: row.topic,
    place: partition === null || offset === null ? undefined : { partition, offset: BigInt(offset) },
    cause: row.cause,
    parkedAt: row.parked_at,
    parkedAtUs: row.parked_us,
    isFirst: row.first,
    waiting: row.waiting,
  };
}
