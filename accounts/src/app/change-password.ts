import { DomainError } from "@animal-delivery/platform/errors";
import { assertUncommon } from "../domain/password.ts";
import { rateLimited } from "../domain/refusal.ts";
import { assertActive, type User } from "../domain/user.ts";
import { countAttempt } from "../store/attempts.ts";
import { currentUser } from "./current-user.ts";
import { endSessions } from "./end-sessions.ts";
import type { Parts } from "./parts.ts";

/** What somebody says who changes their own password. */
export interface PasswordChange {
  readonly userId: string;
  /** The session by which they say it; it stays open. Empty when the token has none. */
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Changes a password and ends the person's other sessions.
 *
 * @throws {DomainError} refused USER_STATE_REFUSED, PASSWORD_WRONG or PASSWORD_ELSEWHERE, invalid PASSWORD_COMMON, exhausted
 *   RATE_LIMITED, unavailable.
 */
export async function changePassword(parts: Parts, change: PasswordChange): Promise<void> {
  const { userId, sessionId, newPassword } = change;
  const user = await currentUser(parts, userId);
  assertActive(user);
  assertUncommon(newPassword, [user.email, user.displayName]);
  await assertPassword(parts, user, change.currentPassword);

  await parts.directory.setPassword(userId, newPassword);
  await endSessions(parts, userId, sessionId === "" ? undefined : sessionId);
  parts.log.info("password changed", { user_id: userId });
}

/**
 * Whoever sits at a stolen session may not try passwords for long.
 *
 * @throws {DomainError} refused PASSWORD_WRONG or PASSWORD_ELSEWHERE, exhausted RATE_LIMITED, unavailable.
 */
export async function assertPassword({ db, directory }: Parts, { userId }: User, password: string): Promise<void> {
  if (!(await countAttempt(db, "password", userId, new Date()))) throw rateLimited();
  if (await directory.checkPassword(userId, password)) return;
  throw new DomainError("refused", "PASSWORD_WRONG", "the current password is another one");
}
