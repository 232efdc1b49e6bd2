import type { BusRecord } from "../bus/bus.ts";
import type { Queryable } from "../db/database.ts";

/** A record that waits in the outbox. */
export interface OutboxRow {
  /** Its place; not an order of commits. */
  readonly id: string;
  readonly topic: string;
  readonly record: BusRecord;
}

interface StoredRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/**
 * The oldest records that the bus has not acknowledged, without those of some topics. A lower id may still commit later, so
 * there is no watermark.
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
    `select id, topic, key, value, headers
       from outbox
      where sent_at is null and parked_at is null
        ${except ? "and topic <> all ($2)" : ""}
      order by id
      limit $1`,
    [limit, ...(except ? [exceptTopics] : [])],
  );
  return rows.map(({ id, topic, key, value, headers }) => ({ id, topic, record: { key, value, headers } }));
}

/** Remembers that the bus has these. */
export async function markSent(session: Queryable, ids: readonly string[]): Promise<void> {
  await session.query("mark_sent", "update outbox set sent_at = now() where id = any($1)", [ids]);
}

/** Sets a record aside that the bus will never take. */
export async function parkRow(session: Queryable, id: string, cause: string): Promise<void> {
  await session.query("park_outbox_row", "update outbox set parked_at = now(), cause = $2 where id = $1", [id, cause]);
}

/** The age of the oldest unsent record in seconds; 0 when there is none. */
export async function oldestUnsentSeconds(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ seconds: number }>(
    "oldest_unsent_seconds",
    `select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as seconds
       from outbox
      where sent_at is null and parked_at is null`,
  );
  return rows[0]?.seconds ?? 0;
}
