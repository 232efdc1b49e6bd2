import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import { hashOf } from "../domain/secret.ts";

/** Deletes everything accounts knows of a person, and remembers the id for a day. */
export async function erasePerson(tx: Transaction, userId: string, email: string, now: Date): Promise<void> {
  await tx.query("erase_mails", "delete from mails where user_id = $1 or email = $2", [userId, email]);
  // After the mails: a token is written while its mail is there.
  await tx.query("erase_mail_tokens", "delete from mail_tokens where user_id = $1", [userId]);
  await tx.query("erase_sign_ups", "delete from sign_ups where user_id = $1", [userId]);
  await tx.query("erase_attempts", "delete from attempts where subject_hash = any ($1)", [
    [hashOf(userId), hashOf(email)],
  ]);
  // Their own answers and those to admins that hold their profile; the table has a day's rows at most.
  await tx.query(
    "erase_idempotent_answers",
    `delete from idempotency
      where actor = $1 or position(convert_to($1, 'UTF8') in response) > 0`,
    [userId],
  );
  await tx.query("erase_user", "delete from users where user_id = $1", [userId]);
  await tx.query(
    "remember_erasure",
    "insert into erasures (user_id, erased_at) values ($1, $2) on conflict (user_id) do nothing",
    [userId, now],
  );
}

/** Whether a person was erased within the last day. */
export async function wasErased(db: Queryable, userId: string): Promise<boolean> {
  const { rowCount } = await db.query("was_erased", "select 1 from erasures where user_id = $1", [userId]);
  return rowCount > 0;
}
