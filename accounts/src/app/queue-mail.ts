import type { Transaction } from "@animal-delivery/platform/db/database";
import { mailWake } from "../mail/mail-wake.ts";
import { insertMail, type QueuedMail } from "../store/mail-queue.ts";

/** Has a mail sent once the transaction has committed. */
export async function queueMail(tx: Transaction, mail: Omit<QueuedMail, "attempts">): Promise<void> {
  await insertMail(tx, mail);
  tx.afterCommit(() => mailWake(tx.database).wake());
}
