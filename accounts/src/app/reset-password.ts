import type { Transaction } from "@animal-delivery/platform/db/database";
import { mailTokenInvalid } from "../domain/mail-token.ts";
import { rateLimited } from "../domain/refusal.ts";
import { hashOf } from "../domain/secret.ts";
import { countAttempt } from "../store/attempts.ts";
import { findUserOfToken, takeMailToken } from "../store/mail-token-repository.ts";
import { findUserForUpdate } from "../store/user-repository.ts";
import type { Parts } from "./parts.ts";
import { replacePassword } from "./replace-password.ts";

/** What somebody says who got a mail. */
export interface PasswordReset {
  readonly token: string;
  readonly newPassword: string;
}

/**
 * Sets the password of whoever got the token by mail, ends every session of theirs, and takes back every other way in that
 * somebody with the old password may have asked for: a token that changes the e-mail address above all. The token is used up
 * when all of it happened; before, it may be tried again.
 *
 * @throws {DomainError} invalid MAIL_TOKEN_INVALID or PASSWORD_COMMON, exhausted RATE_LIMITED, unavailable.
 */
export async function resetPassword(parts: Parts, { token, newPassword }: PasswordReset): Promise<void> {
  const tokenHash = hashOf(token);
  const userId = await findUserOfToken(parts.db, tokenHash);
  if (userId === undefined) throw mailTokenInvalid();
  if (!(await countAttempt(parts.db, "choice", userId, new Date()))) throw rateLimited();
  await parts.db.transaction((tx) => reset(parts, tx, { userId, tokenHash, newPassword }));
  parts.log.info("password reset", { user_id: userId });
}

async function reset(
  parts: Parts,
  tx: Transaction,
  { userId, tokenHash, newPassword }: { userId: string; tokenHash: Buffer; newPassword: string },
): Promise<void> {
  // The user before the token: whoever has the user locked may delete all tokens of theirs.
  const user = await findUserForUpdate(tx, userId);
  const taken = await takeMailToken(tx, tokenHash, ["password"], new Date());
  // A mail that went to an address which is the user's no more gives nothing to whoever reads it.
  if (!taken || user?.state !== "active" || user.email !== taken.email) throw mailTokenInvalid();
  await replacePassword(parts, tx, user, { newPassword });
}
