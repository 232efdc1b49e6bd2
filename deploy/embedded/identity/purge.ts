import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { deleteExpiredPayloads } from "./payload-repository.ts";

const INTERVAL_MS = 10 * 60_000;
const BATCH = 1_000;

/** Deletes what expired, every ten minutes, until `stop` aborts. */
export async function purgeExpired(db: Database, log: Logger, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      while ((await deleteExpiredPayloads(db, BATCH)) === BATCH);
    } catch (error) {
      log.warn("expired sign-ins not purged", { err: error });
    }
    await sleep(INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
