import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";

/** Who holds an e-mail address. */
export interface EmailHolder {
  /** The sign-up that reserved it and has not made its user yet. */
  readonly signUpId: string | undefined;
  readonly userId: string | undefined;
}

/**
 * Holds an address for a sign-up. Waits for a transaction that is about to.
 *
 * @returns whether nobody had it.
 */
export async function holdForSignUp(tx: Transaction, email: string, signUpId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "hold_email_for_sign_up",
    "insert into emails (email, sign_up_id) values ($1, $2) on conflict (email) do nothing",
    [email, signUpId],
  );
  return rowCount === 1;
}

/** Holds an address for a user. @returns whether nobody else had it. */
export async function holdForUser(tx: Transaction, email: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "hold_email_for_user",
    `insert into emails as e (email, user_id)
     values ($1, $2)
         on conflict (email) do update set user_id = excluded.user_id where e.user_id = excluded.user_id`,
    [email, userId],
  );
  return rowCount === 1;
}

/** Hands what a sign-up holds over to the user it made. */
export async function handOver(tx: Transaction, signUpId: string, userId: string): Promise<void> {
  await tx.query("hand_email_over", "update emails set sign_up_id = null, user_id = $2 where sign_up_id = $1", [
    signUpId,
    userId,
  ]);
}

/** Lets go of what a sign-up holds. */
export async function releaseOfSignUp(tx: Transaction, signUpId: string): Promise<void> {
  await tx.query("release_email_of_sign_up", "delete from emails where sign_up_id = $1", [signUpId]);
}

/** Lets go of what a user holds, but for one address; of all unless one is given. */
export async function releaseOfUser(tx: Transaction, userId: string, except = ""): Promise<void> {
  await tx.query("release_emails_of_user", "delete from emails where user_id = $1 and email <> $2", [userId, except]);
}

/** Undefined when nobody has it. */
export async function findHolder(db: Queryable, email: string): Promise<EmailHolder | undefined> {
  const { rows } = await db.query<{ sign_up_id: string | null; user_id: string | null }>(
    "find_email_holder",
    "select sign_up_id, user_id from emails where email = $1",
    [email],
  );
  return rows[0] && { signUpId: rows[0].sign_up_id ?? undefined, userId: rows[0].user_id ?? undefined };
}
