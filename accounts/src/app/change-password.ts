import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { rateLimited } from "../domain/refusal.ts";
import { assertActive, userNotFound, type User } from "../domain/user.ts";
import { countAttempt } from "../store/attempts.ts";
import { findUserForUpdate } from "../store/user-repository.ts";
import { currentUser } from "./current-user.ts";
import type { Parts } from "./parts.ts";
import { replacePassword } from "./replace-password.ts";

/** What somebody says who changes their own password. */
export interface PasswordChange {
  readonly userId: string;
  /** The session by which they say it; it stays open. Empty when the token has none. */
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Changes a password, ends the person's other sessions, and takes back the tokens by which somebody who had the old one could
 * come in again.
 *
 * @throws {DomainError} refused USER_STATE_REFUSED, PASSWORD_WRONG or PASSWORD_ELSEWHERE, invalid PASSWORD_COMMON, exhausted
 *   RATE_LIMITED, unavailable.
 */
export async function changePassword(parts: Parts, change: PasswordChange): Promise<void> {
  const { userId, sessionId, newPassword } = change;
  assertActive(await currentUser(parts, userId));
  await countPasswordTry(parts, userId);
  await parts.db.transaction(async (tx) => {
    const user = await assertOwner(parts, tx, userId, change.currentPassword);
    await replacePassword(parts, tx, user, { newPassword, except: sessionId === "" ? undefined : sessionId });
  });
  parts.log.info("password changed", { user_id: userId });
}

/**
 * Whoever sits at a stolen session may not try passwords for long.
 *
 * @throws {DomainError} exhausted RATE_LIMITED.
 */
export async function countPasswordTry({ db }: Parts, userId: string): Promise<void> {
  if (!(await countAttempt(db, "password", userId, new Date()))) throw rateLimited();
}

/**
 * Locks the user and checks the password: it stays the password until the transaction ends, so nobody who knows an old one is
 * in the middle of something when it is changed.
 *
 * @throws {DomainError} notFound USER_NOT_FOUND, refused USER_STATE_REFUSED, PASSWORD_WRONG or PASSWORD_ELSEWHERE, exhausted
 *   RATE_LIMITED, unavailable.
 */
export async function assertOwner(
  { directory }: Parts,
  tx: Transaction,
  userId: string,
  password: string,
): Promise<User> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) throw userNotFound(userId);
  assertActive(user);
  if (await directory.checkPassword(userId, password)) return user;
  throw new DomainError("refused", "PASSWORD_WRONG", "the current password is another one");
}
