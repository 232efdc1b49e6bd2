import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { pause } from "@animal-delivery/platform/pause";
import type { Task } from "@animal-delivery/platform/service/service";
import { purgeBin } from "./erase-notes.ts";
import type { NoteObserver } from "./observe-notes.ts";

const HOUR_MS = 3_600_000;

/** Erases once an hour what was in the bin long enough. Several processes may do so at once. */
export function purgeTask(db: Database, observer: NoteObserver, retentionMs: number, log: Logger): Task {
  return {
    name: "purge bin",
    async run(stop) {
      while (!stop.aborted) {
        const notes = await purgeBin(db, observer, new Date(Date.now() - retentionMs), stop);
        if (notes > 0) log.info("notes in the bin erased", { notes });
        await pause(HOUR_MS, stop);
      }
    },
  };
}
