import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";

/** password: chooses it anew. verify: proves the address of the user. change: makes an address the user's. */
export type TokenPurpose = "password" | "verify" | "change";

export interface MailToken {
  readonly tokenHash: Buffer;
  readonly purpose: TokenPurpose;
  readonly userId: string;
  /** Where it was sent. */
  readonly email: string;
  readonly expiresAt: Date;
}

export async function insertMailToken(db: Queryable, token: MailToken): Promise<void> {
  await db.query(
    "insert_mail_token",
    `insert into mail_tokens (token_hash, purpose, user_id, email, expires_at)
     values ($1, $2, $3, $4, $5)`,
    [token.tokenHash, token.purpose, token.userId, token.email, token.expiresAt],
  );
}

/** Whose token it is; undefined when there is none. */
export async function findUserOfToken(db: Queryable, tokenHash: Buffer): Promise<string | undefined> {
  const { rows } = await db.query<{ user_id: string }>(
    "find_user_of_token",
    "select user_id from mail_tokens where token_hash = $1",
    [tokenHash],
  );
  return rows[0]?.user_id;
}

/** Takes a token that is good for one of these purposes; undefined when there is none. Whoever takes it alone has it. */
export async function takeMailToken(
  tx: Transaction,
  tokenHash: Buffer,
  purposes: readonly TokenPurpose[],
  now: Date,
): Promise<Pick<MailToken, "purpose" | "userId" | "email"> | undefined> {
  const { rows } = await tx.query<{ purpose: TokenPurpose; user_id: string; email: string }>(
    "take_mail_token",
    `delete from mail_tokens
      where token_hash = $1 and purpose = any ($2) and expires_at > $3
     returning purpose, user_id, email`,
    [tokenHash, purposes, now],
  );
  const row = rows[0];
  return row && { purpose: row.purpose, userId: row.user_id, email: row.email };
}

/** Deletes the user's tokens of a purpose: one was used, and the others are of no more use. */
export async function deleteMailTokens(tx: Transaction, userId: string, purpose: TokenPurpose): Promise<void> {
  await tx.query("delete_mail_tokens", "delete from mail_tokens where user_id = $1 and purpose = $2", [
    userId,
    purpose,
  ]);
}
