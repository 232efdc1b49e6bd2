import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { every } from "@animal-delivery/platform/service/every";
import type { Task } from "@animal-delivery/platform/service/service";
import { deleteEndedSagas } from "./store/due-sagas.ts";

const HOUR_MS = 3_600_000;

/** How long a saga is kept after its end, for people who ask what happened. */
export const SAGAS_KEPT_MS = 90 * 24 * HOUR_MS;

/** Short statements, and room for others in between. */
const CHUNK_SAGAS = 1_000;

/** Deletes sagas that ended long ago, once an hour. Several processes may do so at once. */
export function purgeSagas(db: Database, log: Logger): Task {
  return every("purge sagas", HOUR_MS, log, async (stop) => {
    const sagas = await purgeSagasOnce(db, new Date(), stop);
    if (sagas > 0) log.info("sagas purged", { sagas });
  });
}

/** Deletes the sagas that were kept long enough; answers how many those were. */
export async function purgeSagasOnce(db: Database, now: Date, stop: AbortSignal): Promise<number> {
  const before = new Date(now.getTime() - SAGAS_KEPT_MS);
  let deleted = 0;
  for (;;) {
    const sagas = await deleteEndedSagas(db, before, CHUNK_SAGAS);
    deleted += sagas;
    if (sagas < CHUNK_SAGAS || stop.aborted) return deleted;
  }
}
