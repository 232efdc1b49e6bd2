import type { Transaction } from "../db/database.ts";
import { DomainError, type ErrorKind } from "../errors.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { causeOf } from "./cause-of.ts";
import { appendDeadLetter } from "./dead-letter.ts";
import type { Outcome } from "./inbox-metrics.ts";
import { claimEvent, insertParked, parkAggregate, rememberEvent } from "./inbox-store.ts";
import { factsOf, type ReceivedEvent } from "./received-event.ts";

/** An event whose effect failed. */
export interface Failure {
  readonly consumer: string;
  readonly event: ReceivedEvent;
  readonly error: unknown;
}

/** What a consumer does about events that fail. */
export interface FailurePolicy {
  /** `wait`: the record comes again, however often. `retry`: a few attempts more, then as `settle`: it is given up. */
  judge(error: unknown): "wait" | "retry" | "settle";
  /** Gives an event up in a transaction of its own: remembers it, and leaves what shall come of it. */
  settle(tx: Transaction, failure: Failure): Promise<Outcome>;
}

/** Sets an event aside that failed for good, and with it the aggregate's events to come: for whom order is all. */
export function parkFailures({ log }: Telemetry): FailurePolicy {
  return {
    judge: (error) => (isOutage(error) ? "wait" : "retry"),
    async settle(tx, { consumer, event, error }) {
      const cause = causeOf(error);
      const { eventId, aggregateId } = event.envelope;
      if (!(await rememberEvent(tx, consumer, eventId))) return "duplicate";
      await parkAggregate(tx, consumer, aggregateId);
      await insertParked(tx, consumer, event, cause);
      await appendDeadLetter(tx, { consumer, cause }, event);
      tx.afterCommit(() => log.error("event parked", { consumer, cause, ...factsOf(event) }));
      return "parked";
    },
  };
}

/** Leaves an event that failed for good to the dead letters and goes on: for whom a lost event is asked for again. */
export function deadLetterFailures({ log }: Telemetry): FailurePolicy {
  return {
    judge: (error) => (isOutage(error) ? "wait" : isRefusal(error) ? "settle" : "retry"),
    async settle(tx, { consumer, event, error }) {
      const cause = causeOf(error);
      if ((await claimEvent(tx, consumer, event)) !== "fresh") return "duplicate";
      await appendDeadLetter(tx, { consumer, cause }, event);
      tx.afterCommit(() => log.error("event given up", { consumer, cause, ...factsOf(event) }));
      return "deadLettered";
    },
  };
}

/** Nothing is wrong with the event: it waits until whoever is away is back. */
function isOutage(error: unknown): boolean {
  return error instanceof DomainError && error.kind === "unavailable";
}

/** Kinds that say nothing about the event: somebody took too long, had too much to do, or a fault. */
const PASSING: ReadonlySet<ErrorKind> = new Set(["deadlineExceeded", "exhausted", "internal"]);

/** The same the next time. */
function isRefusal(error: unknown): boolean {
  return error instanceof DomainError && !PASSING.has(error.kind);
}
