import type { Transaction } from "@animal-delivery/platform/db/database";
import { ownerGone } from "./note.ts";

// A row alone would not hold: a note in a transaction that has not ended is not there yet for the one that erases. So whoever
// writes a note shares a lock on its owner, and whoever closes the owner has it alone: after all the others, and before all
// that follow. Each statement sees what was committed before it began, so the lock is taken by one of its own.

/**
 * Keeps the owner from being closed until the transaction ends.
 *
 * @throws {DomainError} refused OWNER_GONE when that has happened.
 */
export async function holdOwner(tx: Transaction, ownerId: string): Promise<void> {
  await tx.query("hold_owner", "select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", [ownerId]);
  const { rowCount } = await tx.query("find_closed_owner", "select from closed_owners where owner_id = $1", [ownerId]);
  if (rowCount > 0) throw ownerGone();
}

/** Takes no more notes of this owner, once every transaction that writes one has ended. */
export async function closeOwner(tx: Transaction, ownerId: string, now: Date): Promise<void> {
  await tx.query("lock_owner", "select pg_advisory_xact_lock(hashtextextended($1, 0))", [ownerId]);
  await tx.query(
    "close_owner",
    `insert into closed_owners (owner_id, closed_at)
     values ($1, $2)
     on conflict (owner_id) do nothing`,
    [ownerId, now],
  );
}
