import type { Database } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { findNextDeadline, listDueSagas, postponeSaga, type DueSaga } from "../store/due-sagas.ts";
import { findDueSagaForUpdate } from "../store/saga-repository.ts";
import type { Conductor } from "./conductor.ts";
import { moveSaga } from "./move-saga.ts";
import { inSagaContext } from "./saga-context.ts";

/** How many are looked up at once; each has a transaction of its own. */
const BATCH_SAGAS = 50;

/** When a saga that cannot be moved is tried again: it may not keep the others from being found. */
const BROKEN_MS = 60_000;

/** Moves every saga whose deadline has passed and that nobody else is at; answers when the next one is due. */
export async function ringDueSagas(
  db: Database,
  conductor: Conductor,
  log: Logger,
  stop: AbortSignal,
): Promise<Date | undefined> {
  for (;;) {
    const due = await listDueSagas(db, new Date(), BATCH_SAGAS);
    let moved = 0;
    for (const each of due) {
      if (stop.aborted) return undefined;
      if (await ring(db, conductor, log, each)) moved += 1;
    }
    // Those that are left are with another replica.
    if (moved === 0) return findNextDeadline(db);
  }
}

/** Whether the saga was moved, or put off. */
async function ring(db: Database, conductor: Conductor, log: Logger, due: DueSaga): Promise<boolean> {
  try {
    return await inSagaContext(due, () =>
      db.transaction(async (tx) => {
        const saga = await findDueSagaForUpdate(tx, due.sagaId, new Date());
        if (!saga) return false;
        await moveSaga(tx, conductor, saga, { type: "timedOut" });
        return true;
      }),
    );
  } catch (error) {
    log.error("saga cannot be moved, it is put off", { saga_id: due.sagaId, error });
    await postponeSaga(db, due.sagaId, new Date(Date.now() + BROKEN_MS));
    return true;
  }
}
