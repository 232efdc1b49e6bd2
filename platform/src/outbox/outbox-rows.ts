import type { BusRecord } from "../bus/bus.ts";
import type { Queryable } from "../db/database.ts";
import { laneOf, type Lane } from "./lane.ts";

/** A record that waits in the outbox. */
export interface OutboxRow extends Lane {
  /** Its place; not an order of commits. */
  readonly id: string;
  readonly record: BusRecord;
  /** When its event was written. */
  readonly createdAt: Date;
  /** Whether an earlier record of its key is parked: this one must not overtake it. */
  readonly isHeld: boolean;
}

interface StoredRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
  readonly created_at: Date;
  readonly held: boolean;
}

/** What is not to be read. */
export interface Except {
  readonly topics: readonly string[];
  /** By their names. */
  readonly lanes: readonly string[];
}

/**
 * While nothing is parked, which is asked once, no record is looked up among what is. A table that was never analysed counts
 * as full of parked records: only the order keeps that question to the index.
 */
const COLUMNS = `id, topic, key, value, headers, created_at,
            coalesce((select true from outbox where parked_at is not null order by parked_at limit 1), false)
              and exists (select from outbox as parked
                           where parked.parked_at is not null and parked.topic = outbox.topic
                             and parked.key = outbox.key and parked.id < outbox.id) as held`;

/**
 * The oldest records that the bus has not acknowledged, without those of some topics and lanes. A lower id may still commit
 * later, so there is no watermark.
 */
export async function listUnsent(session: Queryable, limit: number, { topics, lanes }: Except): Promise<OutboxRow[]> {
  // A text of its own: with the condition, a generic plan expects next to no rows and sorts them all.
  const except = topics.length + lanes.length > 0;
  const { rows } = await session.query<StoredRow>(
    "list_unsent",
    `select ${COLUMNS}
       from outbox
      where sent_at is null and parked_at is null
        ${except ? "and topic <> all ($2) and coalesce(topic || '/' || lane, '') <> all ($3)" : ""}
      order by id
      limit $1`,
    [limit, ...(except ? [topics, lanes] : [])],
  );
  return rows.map(fromRow);
}

/**
 * The oldest such records of one lane. One that was written without a lane may be of this one, and may not be overtaken by
 * those after it: all of them are looked at, and it is its key that tells.
 */
export async function listUnsentOf(session: Queryable, limit: number, { topic, lane }: Lane): Promise<OutboxRow[]> {
  const { rows } = await session.query<StoredRow>(
    "list_unsent_of_lane",
    `select ${COLUMNS}
       from outbox
      where sent_at is null and parked_at is null
        and topic = $2 and (lane = $3 or lane is null)
      order by id
      limit $1`,
    [limit, topic, lane],
  );
  return rows.map(fromRow).filter((row) => row.lane === lane);
}

/** Remembers that the bus has these. */
export async function markSent(session: Queryable, ids: readonly string[]): Promise<void> {
  await session.query("mark_sent", "update outbox set sent_at = now() where id = any($1)", [ids]);
}

/** Sets a record aside that the bus will never take. */
export async function parkRow(session: Queryable, id: string, cause: string): Promise<void> {
  await session.query("park_outbox_row", "update outbox set parked_at = now(), cause = $2 where id = $1", [id, cause]);
}

/**
 * Sets records aside that wait behind a parked one of their key, out of the way of those that do not. Locks what they wait
 * for: what an operator takes out meanwhile holds back nothing, and what is set aside here is seen by who takes it out next.
 *
 * @returns how many were.
 */
export async function holdRows(session: Queryable, ids: readonly string[]): Promise<number> {
  const { rowCount } = await session.query(
    "hold_outbox_rows",
    `with blocking as materialized (
       select id, topic, key
         from outbox
        where parked_at is not null and cause is not null
          and (topic, key) in (select topic, key from outbox where id = any($1))
          for update)
     update outbox
        set parked_at = now()
      where id = any($1)
        and exists (select from blocking
                     where blocking.topic = outbox.topic and blocking.key = outbox.key and blocking.id < outbox.id)`,
    [ids],
  );
  return rowCount;
}

function fromRow({ id, topic, key, value, headers, created_at: createdAt, held: isHeld }: StoredRow): OutboxRow {
  return { id, topic, lane: laneOf(key), record: { key, value, headers }, createdAt, isHeld };
}
