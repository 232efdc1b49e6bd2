import type { Database } from "@animal-delivery/platform/db/database";
import { deletePositionsFinishedBefore, type PurgeExtent } from "../store/position-repository.ts";

const DAY_MS = 86_400_000;

/** How long the positions of a finished delivery are kept. They tell where people were: no longer than complaints need. */
export const POSITIONS_KEPT_MS = 30 * DAY_MS;

/**
 * What one statement purges: some 100 ms of work, far below the statement timeout. A delivery may have any number of
 * positions: it takes as many statements as it needs.
 */
const BATCH: PurgeExtent = { deliveries: 50, positions: 10_000 };

/** Deletes the positions that were kept long enough; answers of how many deliveries. */
export function purgePositions(db: Database, now: Date, stop?: AbortSignal): Promise<number> {
  const before = new Date(now.getTime() - POSITIONS_KEPT_MS);
  return inPositionBatches((max) => deletePositionsFinishedBefore(db, before, max), stop);
}

/** Repeats a statement that deletes positions until none is left; answers of how many deliveries. */
export async function inPositionBatches(
  work: (max: PurgeExtent) => Promise<PurgeExtent>,
  stop?: AbortSignal,
): Promise<number> {
  let purged = 0;
  for (;;) {
    const { deliveries, positions } = await work(BATCH);
    purged += deliveries;
    const isDone = deliveries < BATCH.deliveries && positions < BATCH.positions;
    if (isDone || stop?.aborted) return purged;
  }
}
