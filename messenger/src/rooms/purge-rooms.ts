import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { every } from "@animal-delivery/platform/service/every";
import type { Task } from "@animal-delivery/platform/service/service";
import { deleteEndedRooms } from "./room-repository.ts";

const HOUR_MS = 3_600_000;

/** Forgets each hour the rooms whose chat has expired. */
export function purgeRooms(db: Database, retentionMs: number, log: Logger): Task {
  return every("purge rooms", HOUR_MS, log, async (stop) => {
    const before = new Date(Date.now() - retentionMs);
    while ((await deleteEndedRooms(db, before)) > 0 && !stop.aborted);
  });
}
