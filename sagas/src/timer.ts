import { backoffMs, type Backoff } from "@animal-delivery/platform/backoff";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { pause } from "@animal-delivery/platform/pause";
import type { Task } from "@animal-delivery/platform/service/service";
import { ringDueSagas } from "./app/ring-due-sagas.ts";
import type { Conductor } from "./app/conductor.ts";

/** How often to look without a reason: for sagas whose replica is gone. */
const POLL_MS = 2_000;

/** The shortest sleep: what is due and yet not to be had is with another replica. */
const SLEEP_MS_MIN = 20;

/** The pace while the database is away. */
const BACKOFF: Backoff = { firstMs: 100, maxMs: 5_000 };

/**
 * Sends commands again that were not answered in time, and gives up those that were sent often enough. Sleeps until the next
 * deadline. Every replica has one; each saga is moved by one of them.
 */
export function sagaTimer(db: Database, conductor: Conductor, log: Logger): Task {
  const { alarm } = conductor;
  return {
    name: "saga timer",
    async run(stop) {
      let failures = 0;
      while (!stop.aborted) {
        const mark = alarm.since();
        try {
          const next = await ringDueSagas(db, conductor, log, stop);
          failures = 0;
          await alarm.sleep(mark, wakeAt(next, Date.now()), stop);
        } catch (error) {
          if (stop.aborted) return;
          failures += 1;
          log.warn("saga timer failed, it tries again", { error, failures });
          await pause(backoffMs(BACKOFF, failures), stop);
        }
      }
    },
  };
}

function wakeAt(next: Date | undefined, nowMs: number): Date {
  const dueMs = next?.getTime() ?? Infinity;
  return new Date(Math.min(Math.max(dueMs, nowMs + SLEEP_MS_MIN), nowMs + POLL_MS));
}
