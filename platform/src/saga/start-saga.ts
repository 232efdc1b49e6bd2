import { randomUUIDv7 } from "node:crypto";
import { StartSagaSchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import type { Transaction } from "../db/database.ts";
import { appendEvent } from "../outbox/append-event.ts";
import { ORCHESTRATOR, SAGA_COMMANDS, SAGA_HEADERS } from "./saga-records.ts";

export interface SagaToStart {
  /** `sign-up`, `delete-user`. */
  readonly kind: string;
  /** Whom it is about: the user's subject. */
  readonly subjectId: string;
}

/** Begins a saga once the transaction has committed; answers the saga's id. */
export async function startSaga(tx: Transaction, { kind, subjectId }: SagaToStart): Promise<string> {
  const sagaId = randomUUIDv7();
  await appendEvent(tx, {
    topic: SAGA_COMMANDS,
    aggregateId: sagaId,
    // The only event of its stream: commands to participants have consumers of their own.
    aggregateVersion: 1n,
    schema: StartSagaSchema,
    message: { sagaId, kind, subjectId },
    headers: { [SAGA_HEADERS.participant]: ORCHESTRATOR },
  });
  return sagaId;
}
