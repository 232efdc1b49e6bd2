import type { Queryable } from "@animal-delivery/platform/db/database";

/** The first half of the advisory locks of people; the second is a hash, so two people may share one and wait. */
const PERSON_LOCKS = 0x7065_7273;

/**
 * Keeps a person as they are, open or closed, until the transaction ends: a column for a statement that runs before
 * `isClosed`. A statement does not see what others commit while it waits, so the two cannot be one.
 *
 * @param parameter the person's id in the statement: `$2`.
 */
export function personKept(parameter: string): string {
  return `pg_advisory_xact_lock_shared(${PERSON_LOCKS}, hashtext(${parameter})) as kept`;
}

/** Whether a person is closed. For good only if an earlier statement of the transaction kept them. */
export async function isClosed(tx: Queryable, personId: string): Promise<boolean> {
  const { rowCount } = await tx.query("is_closed", "select from closed_people where person_id = $1", [personId]);
  return rowCount > 0;
}

/** Waits for whoever gives the person a delivery, and lets nobody do so until the transaction ends. */
export async function lockPerson(tx: Queryable, personId: string): Promise<void> {
  await tx.query("lock_person", `select pg_advisory_xact_lock(${PERSON_LOCKS}, hashtext($1))`, [personId]);
}

/** The id of a delivery that the person ordered or carries and that is under way; undefined when there is none. */
export async function findDeliveryUnderWay(tx: Queryable, personId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ delivery_id: string }>(
    "find_delivery_under_way",
    `select delivery_id
       from deliveries
      where (customer_id = $1 or courier_id = $1) and finished_at is null
      limit 1`,
    [personId],
  );
  return rows[0]?.delivery_id;
}

/** Closes a person, also one who is closed. The caller holds the person's lock. */
export async function insertClosedPerson(tx: Queryable, personId: string, now: Date): Promise<void> {
  await tx.query(
    "insert_closed_person",
    "insert into closed_people (person_id, closed_at) values ($1, $2) on conflict do nothing",
    [personId, now],
  );
}

/** Opens a person, also one who is open. */
export async function deleteClosedPerson(tx: Queryable, personId: string): Promise<void> {
  await tx.query("delete_closed_person", "delete from closed_people where person_id = $1", [personId]);
}
