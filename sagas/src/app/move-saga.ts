import type { Transaction } from "@animal-delivery/platform/db/database";
import type { PacedSaga } from "../definitions/define.ts";
import { advance, type Advance } from "../domain/advance.ts";
import type { Saga } from "../domain/saga.ts";
import type { SagaEvent } from "../domain/saga-event.ts";
import { appendCommand } from "../events/commands.ts";
import { saveSaga } from "../store/saga-repository.ts";
import { definitionOf, type Conductor } from "./conductor.ts";

/**
 * Moves a saga whose row is locked: its new state and the command that it sends are one transaction. Answers the saga as it is
 * now; the same one when the event changes nothing.
 */
export async function moveSaga(tx: Transaction, conductor: Conductor, before: Saga, event: SagaEvent): Promise<Saga> {
  const definition = definitionOf(conductor, before.kind);
  const advanced = advance(definition, before, event, new Date());
  if (!advanced) return before;
  await saveSaga(tx, before, advanced.saga);
  await tellMove(tx, conductor, definition, advanced, before);
  return advanced.saga;
}

/** Sends what is to be sent, and lets the timer and whoever watches know. */
export async function tellMove(
  tx: Transaction,
  { observer, alarm }: Conductor,
  { steps }: PacedSaga,
  { saga: after, command }: Advance,
  before?: Saga,
): Promise<void> {
  const step = steps.find(({ step }) => step === command?.step);
  if (step && command) await appendCommand(tx, after, step, command);
  observer.moved(tx, { before, after, command });
  const { deadlineAt } = after;
  if (deadlineAt) tx.afterCommit(() => alarm.set(deadlineAt));
}
