import type { BusRecord } from "../bus/bus.ts";
import type { Queryable } from "../db/database.ts";

/** A record that waits in the outbox. */
export interface OutboxRow {
  /** Its place; not an order of commits. */
  readonly id: string;
  readonly topic: string;
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

/**
 * The oldest records that the bus has not acknowledged, without those of some topics. A lower id may still commit later, so
 * there is no watermark. While nothing is parked, which is asked once, no record is looked up among what is. A table that
 * was never analysed counts as full of parked records: only the order keeps that question to the index.
 */
export async function listUnsent(
  session: Queryable,
  limit: number,
  exceptTopics: readonly string[],
): Promise<OutboxRow[]> {
  // A text of its own: with the condition, a generic plan expects next to no rows and sorts them all.
  const except = exceptTopics.length > 0;
  const { rows } = await session.query<StoredRow>(
    "list_unsent",
    `select id, topic, key, value, headers, created_at,
            coalesce((select true from outbox where parked_at is not null order by parked_at limit 1), false)
              and exists (select from outbox as parked
                           where parked.parked_at is not null and parked.topic = outbox.topic
                             and parked.key = outbox.key and parked.id < outbox.id) as held
       from outbox
      where sent_at is null and parked_at is null
        ${except ? "and topic <> all ($2)" : ""}
      order by id
      limit $1`,
    [limit, ...(except ? [exceptTopics] : [])],
  );
  return rows.map(({ id, topic, key, value, headers, created_at: createdAt, held: isHeld }) => {
    return { id, topic, record: { key, value, headers }, createdAt, isHeld };
  });
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
