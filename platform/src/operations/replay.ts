import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ReplayParkedRequest,
  ReplayParkedResponseSchema,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { recordAudit } from "../audit/record-audit.ts";
import type { Transaction } from "../db/database.ts";
import { findFirstParked, findParked, listParkedAggregates, type ParkedEvent } from "../inbox/parked-store.ts";
import { replayParked, type ReplayFailure } from "../inbox/replay-parked.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { timeBound } from "../time-bound.ts";
import { findConsumers } from "./find-consumers.ts";
import type { OperableEvents, ReplayableConsumer } from "./operable.ts";
import { parkedFacts } from "./parked-facts.ts";
import { parkedEventNotFound, parkedEventWaits } from "./refusals.ts";

const EVENTS_MAX_DEFAULT = 500;
/** What is left of the call's time must do for the event at hand. */
const LAST_EVENT_MS = 5_000;
const FAILURES_TOLD = 20;

export interface ReplayCall {
  readonly actor: string;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
  /** What is left of the call's time. */
  readonly timeoutMs: () => number | undefined;
}

/**
 * Replays what was asked for, each event with its record in the audit, until all is through, or the limit or the call's time
 * is reached.
 *
 * @throws {DomainError} notFound CONSUMER_NOT_FOUND, PARKED_EVENT_NOT_FOUND; refused PARKED_EVENT_WAITS.
 */
export async function replay(
  events: OperableEvents,
  request: ReplayParkedRequest,
  call: ReplayCall,
): Promise<MessageInitShape<typeof ReplayParkedResponseSchema>> {
  const eventsMax = request.eventsMax === 0 ? EVENTS_MAX_DEFAULT : request.eventsMax;
  const goesOn = () => !call.signal.aborted && (call.timeoutMs() ?? Infinity) > LAST_EVENT_MS;
  const failures: (ReplayFailure & { consumer: string })[] = [];
  let applied = 0;
  let more = false;
  for (const { consumer, handlers } of await consumersOf(events, request)) {
    const replayed = await replayParked(events.db, {
      consumer,
      handlers,
      telemetry: call.telemetry,
      aggregates: await aggregatesOf(events, consumer, request),
      eventId: request.eventId || undefined,
      eventsMax: eventsMax - applied,
      goesOn,
      record: (tx, event) => recordReplay(tx, call.actor, consumer, event),
      signal: call.signal,
    });
    applied += replayed.applied;
    failures.push(...replayed.failures.map((failure) => ({ consumer, ...failure })));
    more ||= !replayed.isThrough;
  }
  const failed = BigInt(failures.length);
  return { applied: BigInt(applied), failed, more, failures: failures.slice(0, FAILURES_TOLD) };
}

/** Of one event the consumer that parked it. */
async function consumersOf(
  events: OperableEvents,
  { consumer: name, eventId }: ReplayParkedRequest,
): Promise<readonly ReplayableConsumer[]> {
  const consumers = findConsumers(events, name);
  if (eventId === "") return consumers;
  for (const each of consumers) {
    const parked = await findParked(events.db, each.consumer, eventId);
    if (!parked) continue;
    const first = await findFirstParked(events.db, each.consumer, parked.aggregateId);
    if (first && first.eventId !== parked.eventId) throw parkedEventWaits(eventId, first.eventId);
    return [each];
  }
  throw parkedEventNotFound(eventId);
}

async function aggregatesOf(
  { db }: OperableEvents,
  consumer: string,
  request: ReplayParkedRequest,
): Promise<readonly string[]> {
  const { eventId, aggregateId, type, cause } = request;
  if (eventId !== "") {
    const parked = await findParked(db, consumer, eventId);
    return parked ? [parked.aggregateId] : [];
  }
  const parkedFrom = timeBound(request.parkedAfter);
  const parkedBefore = timeBound(request.parkedBefore);
  return listParkedAggregates(db, consumer, { aggregateId, type, cause, parkedFrom, parkedBefore });
}

async function recordReplay(tx: Transaction, actor: string, consumer: string, event: ParkedEvent): Promise<void> {
  await recordAudit(tx, {
    actor,
    action: "replay",
    resource: "parked_event",
    resourceId: event.eventId,
    before: parkedFacts(consumer, event),
    after: { state: "applied" },
  });
}
