import { StepReplySchema } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { on, type EventHandler } from "@animal-delivery/platform/inbox/event-handler";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { ACTIONS, OUTCOMES } from "@animal-delivery/platform/saga/words";
import type { Conductor } from "../app/conductor.ts";
import { followReply } from "../app/follow-reply.ts";

/** Moves sagas as participants answer. */
export function stepReplyHandlers(conductor: Conductor, log: Logger): EventHandler[] {
  return [
    on(StepReplySchema, (tx, { sagaId, step, sequence, reason, ...reply }) => {
      const action = wordOf(ACTIONS, reply.action);
      const outcome = wordOf(OUTCOMES, reply.outcome);
      return followReply(tx, conductor, log, { sagaId, step, action, sequence: Number(sequence), outcome, reason });
    }),
  ];
}

/** @throws {DomainError} invalid REQUEST_INVALID for a value that stands for no word. */
function wordOf<W extends string>(table: Readonly<Record<W, unknown>>, value: unknown): W {
  const found = (Object.keys(table) as W[]).find((word) => table[word] === value);
  if (found) return found;
  throw new DomainError("invalid", "REQUEST_INVALID", `a reply says ${String(value)}, which means nothing`);
}
