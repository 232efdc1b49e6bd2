import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { speakerGone } from "../../domain/refusals.ts";

/**
 * To be asked first in a transaction that writes something of somebody's. Until it ends nobody closes their door, and one that is
 * closed is seen: the lock comes before the look, in a statement of its own.
 */
export async function isOpen(tx: Transaction, memberId: string): Promise<boolean> {
  await tx.query("share_door", "select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", [memberId]);
  const { rowCount } = await tx.query("find_closed_person", "select from closed_people where member_id = $1", [
    memberId,
  ]);
  return rowCount === 0;
}

/** The same. @throws {DomainError} refused SPEAKER_GONE */
export async function assertOpen(tx: Transaction, memberId: string): Promise<void> {
  if (!(await isOpen(tx, memberId))) throw speakerGone();
}

/** From the end of this on nothing of somebody's is written any more, and what was being written is there to be found. */
export async function closePerson(db: Pick<Database, "transaction">, memberId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query("take_door", "select pg_advisory_xact_lock(hashtextextended($1, 0))", [memberId]);
    await tx.query(
      "close_person",
      "insert into closed_people (member_id, closed_at) values ($1, now()) on conflict (member_id) do nothing",
      [memberId],
    );
  });
}
