import { every } from "@animal-delivery/platform/service/every";
import type { Task } from "@animal-delivery/platform/service/service";
import type { Parts } from "./app/parts.ts";
import { sweep } from "./app/sweep.ts";
import { purgeAccounts } from "./store/purge.ts";

const SWEEP_EVERY_MS = 60_000;
const PURGE_EVERY_MS = 10 * 60_000;

/** How long a mail lies in a folder: no link lives longer. */
const MAILS_LAID_MS = 86_400_000;

/** Puts right each minute what crashes left. */
export function sweepTask(parts: Parts): Task {
  return every("sweep sign-ups", SWEEP_EVERY_MS, parts.log, async (stop) => {
    const { reservations, identities, followed } = await sweep(parts, new Date(), stop);
    if (reservations + identities + followed > 0) {
      parts.log.info("sign-ups swept", { reservations, identities, followed });
    }
  });
}

/** Deletes every ten minutes what was kept long enough. */
export function purgeTask(parts: Parts): Task {
  return every("purge accounts", PURGE_EVERY_MS, parts.log, async (stop) => {
    const now = new Date();
    const rows = await purgeAccounts(parts.db, now, stop);
    const deleted = { ...rows, laid_mails: await parts.mail.purge(new Date(now.getTime() - MAILS_LAID_MS)) };
    if (Object.values(deleted).some((count) => count > 0)) parts.log.info("accounts purged", deleted);
  });
}
