import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import { forgetAnswers } from "@animal-delivery/platform/db/idempotency";
import { anonymiseCarried, anonymiseOrdered, eraseWords } from "../store/anonymise-deliveries.ts";
import { eraseCourier, findCourierForUpdate } from "../store/courier-repository.ts";
import { deletePositionsOf } from "../store/position-repository.ts";
import { EVERY_ROW } from "../store/visibility.ts";
import { inPositionBatches } from "./purge-positions.ts";
import { setAvailability } from "./set-availability.ts";

/** What one transaction of the work takes: some 100 ms, far below the statement timeout. */
const BATCH_ROWS = 500;

/**
 * Takes a closed person out of the deliveries that they ordered and carried, with the positions of those journeys, and their
 * words out of everybody's; then lets their courier profile go, and the answers that hold their data.
 *
 * However many deliveries a person has, each batch of them commits by itself, beside `tx`, which holds nothing that they
 * need. An attempt that is cut short leaves less to the next one.
 */
export async function anonymisePerson(tx: Transaction, personId: string): Promise<void> {
  const { database: db } = tx;
  const now = new Date();
  await inPositionBatches((max) => deletePositionsOf(db, personId, max));
  await inBatches(db, (batch) => anonymiseOrdered(batch, personId, now, BATCH_ROWS));
  await inBatches(db, (batch) => anonymiseCarried(batch, personId, now, BATCH_ROWS));
  await inBatches(db, (batch) => eraseWords(batch, personId, BATCH_ROWS));
  await endCourier(tx, personId, now);
  // Last: whoever read a delivery before it was anonymised has stored their answer by now.
  await forgetAnswers(tx, personId);
}

/** Puts a courier off duty, which the world is told, and lets their profile go. */
async function endCourier(tx: Transaction, courierId: string, now: Date): Promise<void> {
  if (!(await findCourierForUpdate(tx, courierId, EVERY_ROW))) return;
  await setAvailability(tx, EVERY_ROW, courierId, "off_duty");
  await eraseCourier(tx, courierId, now);
}

/** Repeats work that answers how many rows it took, until it takes fewer than it might. */
async function inBatches(db: Database, work: (batch: Transaction) => Promise<number>): Promise<void> {
  let rows = BATCH_ROWS;
  while (rows === BATCH_ROWS) rows = await db.transaction(work);
}
