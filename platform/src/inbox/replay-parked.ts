import type { Database, Transaction } from "../db/database.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { causeOf } from "./cause-of.ts";
import { inEventContext } from "./event-context.ts";
import type { EventHandler } from "./event-handler.ts";
import { deleteParked, findFirstParked, lockHead, saveCause, type ParkedEvent } from "./parked-store.ts";
import { decodeEvent, type ReceivedEvent } from "./received-event.ts";

export interface ReplayOptions {
  readonly consumer: string;
  readonly handlers: readonly EventHandler[];
  readonly telemetry: Telemetry;
  /** Whose events, in this order. */
  readonly aggregates: readonly string[];
  /** This event alone, if it is the first of its aggregate. */
  readonly eventId?: string | undefined;
  /** No more events than these have their effect. */
  readonly eventsMax?: number;
  /** Ends the replay between two events when it says no. */
  readonly goesOn?: () => boolean;
  /** What else belongs into the transaction of an event's effect. */
  readonly record?: (tx: Transaction, event: ParkedEvent) => Promise<void>;
  /** Ends the work on the event at hand. */
  readonly signal?: AbortSignal | undefined;
}

/** What a replay came to. */
export interface Replayed {
  /** Events whose effect happened. */
  readonly applied: number;
  /** For each aggregate that stays parked, the event that failed again. */
  readonly failures: readonly ReplayFailure[];
  /** Whether it went through all the aggregates. */
  readonly isThrough: boolean;
}

export interface ReplayFailure {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly cause: string;
}

/**
 * Tries parked events again, each aggregate's in order, beside the running consumer. An aggregate whose parked events all
 * went well takes part again.
 */
export async function replayParked(db: Database, options: ReplayOptions): Promise<Replayed> {
  const { aggregates, eventsMax = Infinity, goesOn = () => true } = options;
  const failures: ReplayFailure[] = [];
  let applied = 0;
  for (const aggregateId of aggregates) {
    let outcome: FirstOutcome = "overtaken";
    while (outcome === "applied" || outcome === "overtaken") {
      if (applied >= eventsMax || !goesOn()) return { applied, failures, isThrough: false };
      outcome = await replayFirst(db, aggregateId, options);
      if (outcome === "applied") applied += 1;
    }
    if (outcome !== "none") failures.push(outcome);
  }
  return { applied, failures, isThrough: true };
}

/** `overtaken`: another replay took it first. `none`: there is none left. */
type FirstOutcome = "applied" | "overtaken" | "none" | ReplayFailure;

/** Replays the first parked event of an aggregate. */
async function replayFirst(db: Database, aggregateId: string, options: ReplayOptions): Promise<FirstOutcome> {
  const { consumer, telemetry, signal = new AbortController().signal } = options;
  const parked = await findFirstParked(db, consumer, aggregateId);
  const event = parked && decodeEvent(parked);
  if (!event || parked.eventId !== (options.eventId ?? parked.eventId)) return "none";
  try {
    return await inEventContext(telemetry, { consumer, event, signal }, () => applyParked(db, parked, event, options));
  } catch (error) {
    const { eventId } = parked;
    const cause = causeOf(error);
    await saveCause(db, consumer, eventId, cause);
    telemetry.log.warn("replay failed, the events stay parked", { consumer, aggregate_id: aggregateId, error });
    return { eventId, aggregateId, cause };
  }
}

async function applyParked(
  db: Database,
  parked: ParkedEvent,
  event: ReceivedEvent,
  { consumer, handlers, telemetry, record }: ReplayOptions,
): Promise<"applied" | "overtaken"> {
  const { aggregateId, eventId, type } = parked;
  const effect = await handlers
    .find((handler) => handler.type === type)
    ?.effectOf(event.envelope, event.record.headers);
  return db.transaction(async (tx) => {
    await lockHead(tx, consumer, aggregateId);
    const first = await findFirstParked(tx, consumer, aggregateId);
    // Another replay was faster; the next round takes what is first now.
    if (first?.eventId !== eventId) return "overtaken";
    await effect?.(tx);
    await deleteParked(tx, consumer, parked);
    await record?.(tx, parked);
    tx.afterCommit(() =>
      telemetry.log.info("parked event replayed", { consumer, event_id: eventId, event_type: type }),
    );
    return "applied";
  });
}
