import type { Database } from "@animal-delivery/platform/db/database";
import { deletePositionsFinishedBefore } from "../store/position-repository.ts";

const DAY_MS = 86_400_000;

/** How long the positions of a finished delivery are kept. They tell where people were: no longer than complaints need. */
export const POSITIONS_KEPT_MS = 30 * DAY_MS;

/** Deliveries purged in one statement: up to some thousand positions each. */
const BATCH_DELIVERIES = 50;

/** Deletes the positions that were kept long enough; answers of how many deliveries. */
export async function purgePositions(db: Database, now: Date, stop?: AbortSignal): Promise<number> {
  const before = new Date(now.getTime() - POSITIONS_KEPT_MS);
  let purged = 0;
  for (;;) {
    const deliveries = await deletePositionsFinishedBefore(db, before, BATCH_DELIVERIES);
    purged += deliveries;
    if (deliveries < BATCH_DELIVERIES || stop?.aborted) return purged;
  }
}
