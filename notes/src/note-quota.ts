import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";

/** How many notes somebody may have, those in the bin among them. */
export const NOTES_MAX = 10_000;

/**
 * Takes room for one more note: until the transaction ends nobody else counts the owner's notes, so the last room is taken once.
 *
 * @throws {DomainError} refused NOTES_FULL.
 */
export async function takeRoom(tx: Transaction, ownerId: string): Promise<void> {
  await tx.query("lock_quota", "select pg_advisory_xact_lock(hashtextextended($1, 1))", [ownerId]);
  const { rows } = await tx.query<{ count: number }>(
    "count_notes",
    "select count(*)::int as count from (select from notes where owner_id = $1 limit $2) n",
    [ownerId, NOTES_MAX],
  );
  if ((rows[0]?.count ?? 0) < NOTES_MAX) return;
  throw new DomainError("refused", "NOTES_FULL", `there are ${NOTES_MAX} notes already, those in the bin among them`);
}
