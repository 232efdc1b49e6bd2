import type { Facts } from "@animal-delivery/platform/audit/act";
import { recordAudit } from "@animal-delivery/platform/audit/record-audit";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { isActive, sagaEnded, sagaNotFound, type Saga } from "../domain/saga.ts";
import type { SagaEvent } from "../domain/saga-event.ts";
import { findSagaForUpdate } from "../store/saga-repository.ts";
import type { Conductor } from "./conductor.ts";
import { moveSaga } from "./move-saga.ts";
import { inSagaContext } from "./saga-context.ts";

/** What operators do about a saga. */
export type Direction = Extract<SagaEvent, { type: "retried" | "abandoned" }>;

/** What the audit calls it. */
const ACTIONS = { retried: "retry", abandoned: "abandon" } as const satisfies Record<Direction["type"], string>;

/**
 * Does an operator's will with a saga that is under way, tells the audit, and answers the saga.
 *
 * @throws {DomainError} notFound SAGA_NOT_FOUND, refused SAGA_ENDED.
 */
export async function directSaga(
  tx: Transaction,
  conductor: Conductor,
  { sagaId, actor, direction }: { sagaId: string; actor: string; direction: Direction },
): Promise<Saga> {
  const saga = await findSagaForUpdate(tx, sagaId);
  if (!saga) throw sagaNotFound(sagaId);
  if (!isActive(saga.state)) throw sagaEnded(saga.state);
  const directed = await inSagaContext(saga, () => moveSaga(tx, conductor, saga, direction));
  await recordAudit(tx, {
    actor,
    action: ACTIONS[direction.type],
    resource: "saga",
    resourceId: saga.sagaId,
    ...(direction.type === "abandoned" && { reason: direction.reason }),
    before: factsOf(saga),
    after: factsOf(directed),
  });
  return directed;
}

function factsOf({ kind, state, step, attempts }: Saga): Facts {
  return { kind, state, ...(step !== undefined && { step, attempts: String(attempts) }) };
}
