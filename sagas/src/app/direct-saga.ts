import type { Transaction } from "@animal-delivery/platform/db/database";
import { isActive, sagaEnded, sagaNotFound, type Saga } from "../domain/saga.ts";
import type { SagaEvent } from "../domain/saga-event.ts";
import { findSagaForUpdate } from "../store/saga-repository.ts";
import type { Conductor } from "./conductor.ts";
import { moveSaga } from "./move-saga.ts";
import { inSagaContext } from "./saga-context.ts";

/** What operators do about a saga. */
export type Direction = Extract<SagaEvent, { type: "retried" | "abandoned" }>;

/**
 * Does an operator's will with a saga that is under way, and answers it.
 *
 * @throws {DomainError} notFound SAGA_NOT_FOUND, refused SAGA_ENDED.
 */
export async function directSaga(
  tx: Transaction,
  conductor: Conductor,
  sagaId: string,
  direction: Direction,
): Promise<Saga> {
  const saga = await findSagaForUpdate(tx, sagaId);
  if (!saga) throw sagaNotFound(sagaId);
  if (!isActive(saga.state)) throw sagaEnded(saga.state);
  return inSagaContext(saga, () => moveSaga(tx, conductor, saga, direction));
}
