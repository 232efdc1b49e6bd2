import type { Database } from "../db/database.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { causeOf } from "./cause-of.ts";
import { inEventContext } from "./event-context.ts";
import type { EventHandler } from "./event-handler.ts";
import { deleteParked, findFirstParked, listParkedAggregates, lockHead, saveCause } from "./parked-store.ts";
import { decodeEvent, type ReceivedEvent } from "./received-event.ts";

export interface ReplayOptions {
  readonly consumer: string;
  readonly handlers: readonly EventHandler[];
  readonly telemetry: Telemetry;
  /** Only this aggregate's events; all when undefined. */
  readonly aggregateId?: string;
  /** Ends the replay between two events. */
  readonly signal?: AbortSignal;
}

/** What a replay came to. */
export interface Replayed {
  /** Events whose effect happened. */
  readonly applied: number;
  /** Aggregates whose first parked event failed again; they stay parked. */
  readonly failed: number;
}

/**
 * Tries parked events again, each aggregate's in order, beside the running consumer. An aggregate whose parked events all
 * went well takes part again.
 */
export async function replayParked(db: Database, options: ReplayOptions): Promise<Replayed> {
  const { consumer, aggregateId, telemetry } = options;
  let applied = 0;
  let failed = 0;
  for (const aggregate of await listParkedAggregates(db, consumer, aggregateId)) {
    try {
      let outcome: FirstOutcome = "overtaken";
      while (!options.signal?.aborted && outcome !== "none") {
        outcome = await replayFirst(db, aggregate, options);
        if (outcome === "applied") applied += 1;
      }
    } catch (error) {
      failed += 1;
      telemetry.log.warn("replay failed, the events stay parked", { consumer, aggregate_id: aggregate, error });
    }
  }
  return { applied, failed };
}

/** `overtaken`: another replay took it first. `none`: there is none left. */
type FirstOutcome = "applied" | "overtaken" | "none";

/** Replays the first parked event of an aggregate. */
async function replayFirst(db: Database, aggregateId: string, options: ReplayOptions): Promise<FirstOutcome> {
  const { consumer, telemetry, signal = new AbortController().signal } = options;
  const parked = await findFirstParked(db, consumer, aggregateId);
  const event = parked && decodeEvent(parked);
  if (!event) return "none";
  const work = { consumer, event, signal };
  try {
    return await inEventContext(telemetry, work, () => applyParked(db, event, options));
  } catch (error) {
    await saveCause(db, consumer, event.envelope.eventId, causeOf(error));
    throw error;
  }
}

async function applyParked(db: Database, event: ReceivedEvent, options: ReplayOptions): Promise<FirstOutcome> {
  const { consumer, handlers, telemetry } = options;
  const { aggregateId, eventId, type, aggregateVersion } = event.envelope;
  const effect = await handlers
    .find((handler) => handler.type === type)
    ?.effectOf(event.envelope, event.record.headers);
  return db.transaction(async (tx) => {
    await lockHead(tx, consumer, aggregateId);
    const first = await findFirstParked(tx, consumer, aggregateId);
    // Another replay was faster; the next round takes what is first now.
    if (first?.eventId !== eventId) return "overtaken";
    await effect?.(tx);
    await deleteParked(tx, consumer, { aggregateId, eventId, version: aggregateVersion });
    tx.afterCommit(() =>
      telemetry.log.info("parked event replayed", { consumer, event_id: eventId, event_type: type }),
    );
    return "applied";
  });
}
