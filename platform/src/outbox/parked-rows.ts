import type { Queryable, Transaction } from "../db/database.ts";
import { outboxWake } from "./outbox-wake.ts";

/** A parked record of the outbox. */
export interface ParkedRow {
  readonly id: string;
  readonly eventId: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  /** Why the bus can never take it; empty for one that waits behind such a record. */
  readonly cause: string;
}

interface StoredRow {
  readonly id: string;
  readonly event_id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly cause: string;
}

const COLUMNS = "id, event_id, topic, key, coalesce(headers->>'event-type', '') as type, coalesce(cause, '') as cause";

/** Reads a parked record and locks it, so that the relay parks nothing behind it meanwhile; undefined when it is not parked. */
export async function lockParkedRow(tx: Transaction, eventId: string): Promise<ParkedRow | undefined> {
  const { rows } = await tx.query<StoredRow>(
    "lock_parked_row",
    `select ${COLUMNS} from outbox where event_id = $1 and parked_at is not null for update`,
    [eventId],
  );
  return rows[0] && fromRow(rows[0]);
}

/** The parked record of a key that is to be dealt with before the others. */
export async function findFirstParkedRow(
  db: Queryable,
  { topic, key }: Pick<ParkedRow, "topic" | "key">,
): Promise<ParkedRow | undefined> {
  const { rows } = await db.query<StoredRow>(
    "find_first_parked_row",
    `select ${COLUMNS} from outbox where parked_at is not null and topic = $1 and key = $2 order by id limit 1`,
    [topic, key],
  );
  return rows[0] && fromRow(rows[0]);
}

/**
 * Gives a locked record back to the relay after the commit, unless it is deleted, and with it those that wait behind it, up
 * to the next one that the bus can never take.
 *
 * @returns how many the relay has back.
 */
export async function releaseRows(tx: Transaction, { id, topic, key }: ParkedRow): Promise<number> {
  const { rowCount } = await tx.query(
    "release_outbox_rows",
    `update outbox
        set parked_at = null, cause = null
      where parked_at is not null and topic = $2 and key = $3 and id >= $1
        and not exists (select from outbox as refused
                         where refused.parked_at is not null and refused.topic = $2 and refused.key = $3
                           and refused.cause is not null and refused.id > $1 and refused.id <= outbox.id)`,
    [id, topic, key],
  );
  tx.afterCommit(() => outboxWake(tx.database).wake());
  return rowCount;
}

/** Takes a locked record out for good. */
export async function deleteParkedRow(tx: Transaction, { id }: ParkedRow): Promise<void> {
  await tx.query("delete_parked_row", "delete from outbox where id = $1", [id]);
}

function fromRow({ event_id: eventId, ...row }: StoredRow): ParkedRow {
  return { ...row, eventId };
}
