import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Task } from "@animal-delivery/platform/service/service";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { purgePositions } from "./app/purge-positions.ts";

const HOUR_MS = 3_600_000;

/** Deletes old positions once an hour. Several processes may do so at once. */
export function purgeTask(db: Database, log: Logger): Task {
  return {
    name: "purge positions",
    async run(stop) {
      while (!stop.aborted) {
        const deliveries = await purgePositions(db, new Date(), stop);
        if (deliveries > 0) log.info("positions purged", { deliveries });
        await sleep(HOUR_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    },
  };
}
