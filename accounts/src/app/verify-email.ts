import type { Transaction } from "@animal-delivery/platform/db/database";
import { mailTokenInvalid } from "../domain/mail-token.ts";
import { hashOf } from "../domain/secret.ts";
import { changedFields, emailTaken, nextVersion, type User } from "../domain/user.ts";
import { appendUserUpdated } from "../events/user-events.ts";
import { holdForUser, releaseOfUser } from "../store/email-ledger.ts";
import { beginChange, markFollowed } from "../store/following.ts";
import { findUserOfToken, takeMailToken, withdrawMailTokens } from "../store/mail-token-repository.ts";
import { findUserForUpdate, saveUser } from "../store/user-repository.ts";
import type { Parts } from "./parts.ts";
import { queueNotice } from "./queue-mail.ts";

/**
 * Proves the address to which the token was mailed; a new one becomes the user's by this, at the provider first. The token
 * is used up when all of it happened; before, it may be tried again.
 *
 * @throws {DomainError} invalid MAIL_TOKEN_INVALID, alreadyExists EMAIL_TAKEN, unavailable.
 */
export async function verifyEmail(parts: Parts, token: string): Promise<void> {
  const tokenHash = hashOf(token);
  const userId = await findUserOfToken(parts.db, tokenHash);
  if (userId === undefined) throw mailTokenInvalid();
  // Before the transaction that may come to nothing after the provider changed.
  await beginChange(parts.db, userId);
  await parts.db.transaction((tx) => proveEmail(parts, tx, userId, tokenHash));
}

async function proveEmail({ directory }: Parts, tx: Transaction, userId: string, tokenHash: Buffer): Promise<void> {
  const now = new Date();
  // The user before the token: whoever has the user locked may delete all tokens of theirs.
  const user = await findUserForUpdate(tx, userId);
  const taken = await takeMailToken(tx, tokenHash, ["verify", "change"], now);
  if (!taken || user?.state !== "active") throw mailTokenInvalid();
  const { purpose, email } = taken;
  if (purpose === "verify" && email !== user.email) throw mailTokenInvalid();

  if (email !== user.email) {
    if (!(await holdForUser(tx, email, user.userId))) throw emailTaken();
    await releaseOfUser(tx, user.userId, email);
  }
  await directory.setEmail(user.userId, email, true);
  await save(tx, user, { ...user, email, emailVerified: true }, now);
  await withdrawMailTokens(tx, user.userId, [purpose]);
  if (email !== user.email) await queueNotice(tx, user, "email_changed");
}

async function save(tx: Transaction, before: User, after: User, now: Date): Promise<void> {
  const changed = changedFields(before, after);
  if (changed.length > 0) {
    const user = nextVersion(after, now);
    await saveUser(tx, user);
    await appendUserUpdated(tx, user, changed);
  }
  await markFollowed(tx, after.userId, now);
}
