import type { EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { Transaction } from "../db/database.ts";
import type { EventHandler } from "../inbox/event-handler.ts";
import type { Logger } from "../log/logger.ts";
import { appendReply } from "./append-reply.ts";
import { lockParticipation, markDone, markUndone, type Participation } from "./participation-store.ts";
import { SAGA_HEADERS } from "./saga-records.ts";
import type { KnownCommand } from "./step-commands.ts";
import type { Action, Answer } from "./words.ts";

/** What a participant does about a command whose effect it has, may have, or must not have any more. */
type Course =
  /** Has the effect, remembers it and answers. */
  | "perform"
  /** It is there already: answers alone. */
  | "answer"
  /** The step was undone: refuses. */
  | "refuse"
  /** Its time is over: neither acts nor answers. */
  | "ignore";

/** The answers that a course comes to. */
const ANSWERS = {
  perform: { outcome: "done", reason: "" },
  answer: { outcome: "done", reason: "" },
  refuse: { outcome: "refused", reason: "STEP_LATE" },
  ignore: undefined,
} as const satisfies Record<Course, Answer | undefined>;

/** The course of each command, by what was done before. */
export function courseOf(action: Action, { isDone, isUndone }: Participation, isExpired: boolean): Course {
  // An undo also runs when nothing was done: an effect outside may be there although its transaction never committed.
  if (action === "undo") return isUndone ? "answer" : "perform";
  if (isUndone) return "refuse";
  if (isDone) return "answer";
  // Whoever sent it has given it up or put it off, and says so. A refusal would end a saga whose participant was only slow.
  return isExpired ? "ignore" : "perform";
}

/** Handles one kind of command: with the row of its step locked it happens once, and is answered as often as it is asked. */
export function commandHandler(known: KnownCommand, log: Logger): EventHandler {
  return {
    type: known.command.schema.typeName,
    prepares: false,
    async effectOf(envelope, headers) {
      const effect = known.command.effectOf(envelope.payload);
      return (tx) => perform(tx, { known, envelope, deadlineMs: deadlineOf(headers), effect, log });
    },
  };
}

interface Performance {
  readonly known: KnownCommand;
  readonly envelope: EventEnvelope;
  readonly deadlineMs: number;
  readonly effect: (tx: Transaction) => Promise<void>;
  readonly log: Logger;
}

async function perform(tx: Transaction, { known, envelope, deadlineMs, effect, log }: Performance): Promise<void> {
  const { step, action } = known;
  const key = { sagaId: envelope.aggregateId, step };
  const course = courseOf(action, await lockParticipation(tx, key), Date.now() > deadlineMs);
  if (course === "perform") {
    await effect(tx);
    await (action === "do" ? markDone : markUndone)(tx, key);
  }
  const answer = ANSWERS[course];
  if (answer) await appendReply(tx, envelope, known, answer);
  const facts = { saga_id: key.sagaId, step, action, sequence: String(envelope.aggregateVersion) };
  tx.afterCommit(() => log.info("saga command followed", { course, ...facts }));
}

/** Without a deadline a command is good for ever. */
function deadlineOf(headers: Readonly<Record<string, string>>): number {
  return Number(headers[SAGA_HEADERS.deadline] ?? Infinity);
}
