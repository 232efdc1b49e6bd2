import type { Transaction } from "@animal-delivery/platform/db/database";
import { assertUncommon } from "../domain/password.ts";
import type { User } from "../domain/user.ts";
import { withdrawMailTokens } from "../store/mail-token-repository.ts";
import { endSessions } from "./end-sessions.ts";
import type { Parts } from "./parts.ts";
import { queueNotice } from "./queue-mail.ts";

/**
 * Sets a user's password, ends their sessions, takes back every token by which somebody who had the old one could come in
 * again, and tells the owner.
 *
 * @param except a session that stays open; undefined for none.
 * @throws {DomainError} invalid PASSWORD_COMMON, unavailable.
 */
export async function replacePassword(
  parts: Parts,
  tx: Transaction,
  user: User,
  { newPassword, except }: { readonly newPassword: string; readonly except?: string | undefined },
): Promise<void> {
  assertUncommon(newPassword, [user.email, user.displayName]);
  await parts.directory.setPassword(user.userId, newPassword);
  await endSessions(parts, user.userId, except);
  await withdrawMailTokens(tx, user.userId, ["password", "change"]);
  await queueNotice(tx, user, "password_changed");
}
