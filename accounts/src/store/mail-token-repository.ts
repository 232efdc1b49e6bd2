import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { MailKind } from "./mail-queue.ts";

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

/** The mails whose tokens are good for each purpose. */
const KINDS = {
  password: ["choose_password", "reset_password"],
  verify: ["verify_email"],
  change: ["change_email"],
} as const satisfies Record<TokenPurpose, readonly MailKind[]>;

/** Writes the token of a mail that is about to be sent. @returns false when the mail was withdrawn meanwhile. */
export async function insertMailToken(db: Queryable, mailId: string, token: MailToken): Promise<boolean> {
  const { rowCount } = await db.query(
    "insert_mail_token",
    `insert into mail_tokens (token_hash, purpose, user_id, email, expires_at)
     select $2, $3, $4, $5, $6
       from mails
      where mail_id = $1
        for share`,
    [mailId, token.tokenHash, token.purpose, token.userId, token.email, token.expiresAt],
  );
  return rowCount === 1;
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

/**
 * Takes back what was mailed to a user, or is about to be, for these purposes: one token was used and the others are of no more
 * use, or the user may not be the one who asked for them. The mails go first: a token is written while its mail is there.
 *
 * @param except an address whose mails stay good.
 */
export async function withdrawMailTokens(
  tx: Transaction,
  userId: string,
  purposes: readonly TokenPurpose[],
  except = "",
): Promise<void> {
  const kinds = purposes.flatMap((purpose) => KINDS[purpose]);
  await tx.query("withdraw_mails", "delete from mails where user_id = $1 and kind = any ($2) and email <> $3", [
    userId,
    kinds,
    except,
  ]);
  await tx.query(
    "withdraw_mail_tokens",
    "delete from mail_tokens where user_id = $1 and purpose = any ($2) and email <> $3",
    [userId, purposes, except],
  );
}
