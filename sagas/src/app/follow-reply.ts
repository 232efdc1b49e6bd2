import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { isPastReturn } from "../domain/advance.ts";
import type { Reply } from "../domain/saga-event.ts";
import { findSagaForUpdate } from "../store/saga-repository.ts";
import { definitionOf, type Conductor } from "./conductor.ts";
import { moveSaga } from "./move-saga.ts";

/** Moves a saga by what a participant answered. An answer to anything but the command of the moment is passed over. */
export async function followReply(
  tx: Transaction,
  conductor: Conductor,
  log: Logger,
  { sagaId, ...reply }: Reply & { readonly sagaId: string },
): Promise<void> {
  const saga = await findSagaForUpdate(tx, sagaId);
  const moved = saga && (await moveSaga(tx, conductor, saga, { type: "answered", ...reply }));
  if (!saga || moved === saga) {
    const { step, action, sequence, outcome } = reply;
    log.info("reply passed over", { saga_id: sagaId, step, action, sequence, outcome, state: saga?.state });
    return;
  }
  const noWayBack = saga.state === "compensating" || isPastReturn(definitionOf(conductor, saga.kind), saga);
  if (reply.outcome === "refused" && noWayBack) conductor.observer.stuck(tx, saga, reply.reason);
}
