import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { forgetAnswers } from "@animal-delivery/platform/db/idempotency";
import { anonymiseOrders, eraseWords } from "../store/anonymise-orders.ts";

/** What one transaction of the work takes: some 100 ms, far below the statement timeout. */
const BATCH_ROWS = 500;

/**
 * Takes a closed customer out of their orders, and their words out of everybody's; then forgets the answers that hold them.
 *
 * However many orders a person has, each batch of them commits by itself, beside `tx`, which holds nothing that they need. An
 * attempt that is cut short leaves less to the next one.
 */
export async function anonymiseCustomer(tx: Transaction, customerId: string): Promise<void> {
  const now = new Date();
  await inBatches(tx.database, (batch) => anonymiseOrders(batch, customerId, now, BATCH_ROWS));
  await inBatches(tx.database, (batch) => eraseWords(batch, customerId, BATCH_ROWS));
  // Last: whoever read an order before it was anonymised has stored their answer by now.
  await forgetAnswers(tx, customerId);
}

/** Repeats work that answers how many rows it took, until it takes fewer than it might. */
async function inBatches(db: Database, work: (batch: Transaction) => Promise<number>): Promise<void> {
  let rows = BATCH_ROWS;
  while (rows === BATCH_ROWS) rows = await db.transaction(work);
}
