import { randomUUIDv7 } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { rateLimited } from "../domain/refusal.ts";
import { assertActive } from "../domain/user.ts";
import { countAttempt } from "../store/attempts.ts";
import { assertOwner, countPasswordTry } from "./change-password.ts";
import { currentUser } from "./current-user.ts";
import type { Parts } from "./parts.ts";
import { queueMail } from "./queue-mail.ts";

/**
 * Has a mail sent by which a password can be chosen anew. Does the same whether somebody has the address or not, who is
 * looked up when the mail is written; beyond a few an hour it does nothing.
 */
export async function requestReset(tx: Transaction, email: string): Promise<void> {
  const now = new Date();
  if (!(await countAttempt(tx, "reset", email, now))) return;
  await queueMail(tx, { mailId: randomUUIDv7(), kind: "reset_password", userId: undefined, email, createdAt: now });
}

/** @throws {DomainError} refused USER_STATE_REFUSED, exhausted RATE_LIMITED. */
export async function requestVerification(parts: Parts, userId: string): Promise<void> {
  const user = await currentUser(parts, userId);
  assertActive(user);
  // Somebody without an address has nothing to prove.
  if (user.email === "") return;
  await parts.db.transaction(async (tx) => {
    const now = new Date();
    if (!(await countAttempt(tx, "verify", userId, now))) throw rateLimited();
    await queueMail(tx, { mailId: randomUUIDv7(), kind: "verify_email", userId, email: user.email, createdAt: now });
  });
}

/**
 * Has a mail sent to a new address. Whether somebody has it shows when the token is used, to whoever reads the mail there.
 *
 * @throws {DomainError} refused USER_STATE_REFUSED, PASSWORD_WRONG or PASSWORD_ELSEWHERE, exhausted RATE_LIMITED.
 */
export async function requestEmailChange(
  parts: Parts,
  { userId, newEmail, password }: { userId: string; newEmail: string; password: string },
): Promise<void> {
  assertActive(await currentUser(parts, userId));
  await countPasswordTry(parts, userId);
  await parts.db.transaction(async (tx) => {
    await assertOwner(parts, tx, userId, password);
    const now = new Date();
    for (const subject of [userId, newEmail]) {
      if (!(await countAttempt(tx, "change", subject, now))) throw rateLimited();
    }
    await queueMail(tx, { mailId: randomUUIDv7(), kind: "change_email", userId, email: newEmail, createdAt: now });
  });
}
