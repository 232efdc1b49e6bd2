import type { Transaction } from "@animal-delivery/platform/db/database";
import { mailTokenInvalid } from "../domain/mail-token.ts";
import { assertUncommon } from "../domain/password.ts";
import { hashOf } from "../domain/secret.ts";
import { findUserOfToken, takeMailToken, withdrawMailTokens } from "../store/mail-token-repository.ts";
import { findUserForUpdate } from "../store/user-repository.ts";
import { endSessions } from "./end-sessions.ts";
import type { Parts } from "./parts.ts";

/**
 * Sets the password of whoever got the token by mail, ends every session of theirs, and takes back every other way in that
 * somebody with the old password may have asked for: a token that changes the e-mail address above all. The token is used up
 * when all of it happened; before, it may be tried again.
 *
 * @throws {DomainError} invalid MAIL_TOKEN_INVALID or PASSWORD_COMMON, unavailable.
 */
export async function resetPassword(
  parts: Parts,
  tx: Transaction,
  { token, newPassword }: { token: string; newPassword: string },
): Promise<void> {
  const tokenHash = hashOf(token);
  const userId = await findUserOfToken(tx, tokenHash);
  // The user before the token: whoever has the user locked may delete all tokens of theirs.
  const user = userId === undefined ? undefined : await findUserForUpdate(tx, userId);
  const taken = await takeMailToken(tx, tokenHash, ["password"], new Date());
  // A mail that went to an address which is the user's no more gives nothing to whoever reads it.
  if (!taken || user?.state !== "active" || user.email !== taken.email) throw mailTokenInvalid();
  assertUncommon(newPassword, [user.email, user.displayName]);

  await parts.directory.setPassword(user.userId, newPassword);
  await endSessions(parts, user.userId);
  await withdrawMailTokens(tx, user.userId, ["password", "change"]);
  tx.afterCommit(() => parts.log.info("password reset", { user_id: user.userId }));
}
