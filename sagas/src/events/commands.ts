import type { Transaction } from "@animal-delivery/platform/db/database";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import { SAGA_COMMANDS, SAGA_HEADERS } from "@animal-delivery/platform/saga/saga-records";
import type { StepDefinition } from "../definitions/define.ts";
import type { Saga } from "../domain/saga.ts";
import type { Command } from "../domain/saga-event.ts";

/** Sends a command to the step's participant, in the transaction of the saga's new state. */
export async function appendCommand(
  tx: Transaction,
  saga: Saga,
  { participant, take, undo }: StepDefinition,
  { step, action, sequence, expiresAt }: Command,
): Promise<void> {
  const definition = action === "do" ? take : undo;
  if (!definition) throw new Error(`the step ${step} of ${saga.kind} cannot be undone`);
  await appendEvent(tx, {
    topic: SAGA_COMMANDS,
    aggregateId: saga.sagaId,
    aggregateVersion: BigInt(sequence),
    schema: definition.schema,
    message: definition.messageOf(saga),
    headers: {
      [SAGA_HEADERS.participant]: participant,
      [SAGA_HEADERS.step]: step,
      [SAGA_HEADERS.action]: action,
      ...(expiresAt && { [SAGA_HEADERS.deadline]: String(expiresAt.getTime()) }),
    },
  });
}
