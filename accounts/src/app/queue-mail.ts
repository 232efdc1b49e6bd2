import { randomUUIDv7 } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import type { User } from "../domain/user.ts";
import { mailWake } from "../mail/mail-wake.ts";
import { insertMail, type NoticeKind, type QueuedMail } from "../store/mail-queue.ts";

/** Has a mail sent once the transaction has committed. */
export async function queueMail(tx: Transaction, mail: Omit<QueuedMail, "attempts">): Promise<void> {
  await insertMail(tx, mail);
  tx.afterCommit(() => mailWake(tx.database).wake());
}

/**
 * Tells the owner of an account what was done to it, at the address that the user had before it was done. Nobody is told at
 * an address that was never proved: it may be a stranger's.
 */
export async function queueNotice(tx: Transaction, before: User, kind: NoticeKind): Promise<void> {
  if (!before.emailVerified) return;
  const { userId, email } = before;
  await queueMail(tx, { mailId: randomUUIDv7(), kind, userId, email, createdAt: new Date() });
}
