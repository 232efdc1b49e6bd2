import type { Transaction } from "../db/database.ts";
import { appendEvent } from "../outbox/append-event.ts";
import { type Act, auditRecorded } from "./act.ts";

/** Tells of a privileged act in its own transaction: there is no such act without a record, and no record of one undone. */
export async function recordAudit(tx: Transaction, act: Act): Promise<void> {
  await appendEvent(tx, auditRecorded(act));
}
