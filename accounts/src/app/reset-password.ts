import type { Transaction } from "@animal-delivery/platform/db/database";
import { mailTokenInvalid } from "../domain/mail-token.ts";
import { assertUncommon } from "../domain/password.ts";
import { hashOf } from "../domain/secret.ts";
import { deleteMailTokens, takeMailToken } from "../store/mail-token-repository.ts";
import { findUserForUpdate } from "../store/user-repository.ts";
import { endSessions } from "./end-sessions.ts";
import type { Parts } from "./parts.ts";

/**
 * Sets the password of whoever got the token by mail, and ends every session of theirs. The token is used up when all of it
 * happened; before, it may be tried again.
 *
 * @throws {DomainError} invalid MAIL_TOKEN_INVALID or PASSWORD_COMMON, unavailable.
 */
export async function resetPassword(
  parts: Parts,
  tx: Transaction,
  { token, newPassword }: { token: string; newPassword: string },
): Promise<void> {
  const taken = await takeMailToken(tx, hashOf(token), ["password"], new Date());
  const user = taken && (await findUserForUpdate(tx, taken.userId));
  // A mail that went to an address which is the user's no more gives nothing to whoever reads it.
  if (!taken || user?.state !== "active" || user.email !== taken.email) throw mailTokenInvalid();
  assertUncommon(newPassword, [user.email, user.displayName]);

  await parts.directory.setPassword(user.userId, newPassword);
  await endSessions(parts, user.userId);
  await deleteMailTokens(tx, user.userId, "password");
  tx.afterCommit(() => parts.log.info("password reset", { user_id: user.userId }));
}
