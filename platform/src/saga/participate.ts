import type { Bus } from "../bus/bus.ts";
import type { Database } from "../db/database.ts";
import { consumeEvents } from "../inbox/consume-events.ts";
import type { FailurePolicy } from "../inbox/failure-policy.ts";
import { claimEvent } from "../inbox/inbox-store.ts";
import type { RetryPolicy } from "../inbox/process-record.ts";
import type { Logger } from "../log/logger.ts";
import type { Task } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { appendReply } from "./append-reply.ts";
import { outcomeOf } from "./outcome-of.ts";
import { lockParticipation } from "./participation-store.ts";
import { commandHandler } from "./perform-command.ts";
import { meantFor, SAGA_COMMANDS } from "./saga-records.ts";
import { commandsOf, type KnownCommand } from "./step-commands.ts";
import type { Step } from "./step.ts";
import type { Answer } from "./words.ts";

export interface ParticipateOptions {
  /** Who commands are meant for: the service's name. Never changes. */
  readonly participant: string;
  /** Holds `saga_participations`, and an outbox with a relay. */
  readonly db: Database;
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  readonly steps: readonly Step[];
}

/** The orchestrator sends a command again by itself, and knows how often. */
const RETRY: RetryPolicy = { attempts: 1, firstMs: 0, maxMs: 0, attemptTimeoutMs: 10_000 };

/**
 * Takes part in sagas: follows the commands that are meant for this service, each once, and answers them. A command that
 * fails is answered too, and never holds up another; only while the service's own database is away do they wait. One of a
 * type that no step has, of a newer orchestrator, is passed over: it comes again.
 *
 * @throws {Error} when two steps have one command.
 */
export function participate({ participant, steps, ...resources }: ParticipateOptions): Task {
  const { log } = resources.telemetry;
  const known = commandsOf(steps);
  return consumeEvents({
    ...resources,
    consumer: `${participant}.sagas`,
    topics: [SAGA_COMMANDS],
    accepts: meantFor(participant),
    handlers: [...known.values()].map((each) => commandHandler(each, log)),
    failures: answerFailures(known, log),
    retry: RETRY,
  });
}

/** Answers a command whose effect was rolled back with why. */
function answerFailures(known: ReadonlyMap<string, KnownCommand>, log: Logger): FailurePolicy {
  return {
    judge: () => "settle",
    async settle(tx, { consumer, event, error }) {
      const { envelope } = event;
      const command = known.get(envelope.type);
      // The failed attempt was a handler's, and handlers are made of the known commands.
      if (!command) throw error;
      const standing = await claimEvent(tx, consumer, event);
      // Another member, on the same record or a later one, was faster.
      if (standing !== "fresh") return standing === "duplicate" ? "duplicate" : "stale";
      const { step, action } = command;
      const { isDone, isUndone } = await lockParticipation(tx, { sagaId: envelope.aggregateId, step });
      const isThere = action === "do" ? isDone && !isUndone : isUndone;
      const answer: Answer = isThere ? { outcome: "done", reason: "" } : outcomeOf(error);
      await appendReply(tx, envelope, command, answer);
      tx.afterCommit(() => {
        const { outcome, reason } = answer;
        const facts = { saga_id: envelope.aggregateId, step, action, outcome, reason };
        log[outcome === "failed" ? "error" : "warn"]("saga command not followed", { ...facts, error });
      });
      return "answered";
    },
  };
}
