import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { UserState } from "../domain/user.ts";

/** How the last deletion of a user stands. */
export interface Deletion {
  readonly state: UserState;
  /** Why it was given up: a reason of the contract; undefined while it goes on. */
  readonly refusal: string | undefined;
  /** Whether it goes forward whatever happens. */
  readonly isCertain: boolean;
}

/** Notes a deletion that begins. */
export async function noteDeletion(tx: Transaction, userId: string, sagaId: string): Promise<void> {
  await tx.query(
    "note_deletion",
    `update users
        set deletion_id = $2, deletion_refusal = null, signed_out_at = null
      where user_id = $1`,
    [userId, sagaId],
  );
}

/** Notes why the deletion was given up. */
export async function noteRefusal(tx: Transaction, userId: string, reason: string): Promise<void> {
  await tx.query("note_deletion_refusal", "update users set deletion_refusal = $2 where user_id = $1", [
    userId,
    reason,
  ]);
}

/** Notes that the deletion had the person signed out, or that this was undone. */
export async function noteSignedOut(tx: Transaction, userId: string, at: Date | undefined): Promise<void> {
  await tx.query("note_signed_out", "update users set signed_out_at = $2 where user_id = $1", [userId, at]);
}

/** Undefined when the user is gone. */
export async function findDeletion(db: Queryable, userId: string): Promise<Deletion | undefined> {
  const { rows } = await db.query<{ state: UserState; deletion_refusal: string | null; signed_out_at: Date | null }>(
    "find_deletion",
    "select state, deletion_refusal, signed_out_at from users where user_id = $1",
    [userId],
  );
  const row = rows[0];
  return row && { state: row.state, refusal: row.deletion_refusal ?? undefined, isCertain: row.signed_out_at !== null };
}
