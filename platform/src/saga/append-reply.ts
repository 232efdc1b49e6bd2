import type { EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { StepReplySchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import type { Transaction } from "../db/database.ts";
import { appendEvent } from "../outbox/append-event.ts";
import { SAGA_REPLIES } from "./saga-records.ts";
import type { KnownCommand } from "./step-commands.ts";
import { ACTIONS, OUTCOMES, type Answer } from "./words.ts";

/** Answers a command, in the transaction of what it came to. */
export async function appendReply(
  tx: Transaction,
  { aggregateId: sagaId, aggregateVersion: sequence }: EventEnvelope,
  { step, action }: KnownCommand,
  { outcome, reason }: Answer,
): Promise<void> {
  await appendEvent(tx, {
    topic: SAGA_REPLIES,
    aggregateId: sagaId,
    aggregateVersion: sequence,
    schema: StepReplySchema,
    message: { sagaId, step, action: ACTIONS[action], sequence, outcome: OUTCOMES[outcome], reason },
  });
}
