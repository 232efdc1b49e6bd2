import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { advance } from "../domain/advance.ts";
import { newSaga, type Saga } from "../domain/saga.ts";
import { insertSaga } from "../store/saga-repository.ts";
import { definitionOf, type Conductor } from "./conductor.ts";
import { tellMove } from "./move-saga.ts";

/** The wish for a saga. */
export type SagaWish = Pick<Saga, "sagaId" | "kind" | "subjectId" | "correlationId" | "traceHeaders">;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Begins a saga by asking for its first step; the same saga begins once.
 *
 * @throws {DomainError} invalid REQUEST_INVALID when there is no saga of this kind, or the id is none.
 */
export async function beginSaga(tx: Transaction, conductor: Conductor, { kind, ...wish }: SagaWish): Promise<void> {
  const plan = definitionOf(conductor, kind);
  if (!UUID.test(wish.sagaId)) throw new DomainError("invalid", "REQUEST_INVALID", "the id of the saga is no UUID");
  const now = new Date();
  const advanced = advance(plan, newSaga({ ...wish, plan, now }), { type: "started" }, now);
  if (!advanced || !(await insertSaga(tx, advanced.saga))) return;
  await tellMove(tx, conductor, plan, advanced);
}
