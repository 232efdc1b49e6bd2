import { backoffMs, type Backoff } from "../backoff.ts";
import type { Bus } from "../bus/bus.ts";
import type { Database } from "../db/database.ts";
import { pause } from "../pause.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { withTimeLimit } from "../time-limit.ts";
import { appendDeadLetter } from "./dead-letter.ts";
import { inEventContext } from "./event-context.ts";
import type { EventHandler } from "./event-handler.ts";
import type { FailurePolicy } from "./failure-policy.ts";
import type { InboxMetrics, Outcome } from "./inbox-metrics.ts";
import { claimEvent, insertParked, isSeen, rememberEvent } from "./inbox-store.ts";
import { decodeEvent, factsOf, idOfRecord, type ReceivedEvent, type ReceivedRecord } from "./received-event.ts";

/** How often an event is tried before it is given up. */
export interface RetryPolicy extends Backoff {
  readonly attempts: number;
  /** How long one attempt may take. */
  readonly attemptTimeoutMs: number;
}

export interface Consumer {
  readonly consumer: string;
  readonly db: Database;
  readonly telemetry: Telemetry;
  readonly metrics: InboxMetrics;
  readonly handlers: ReadonlyMap<string, EventHandler>;
  readonly accepts: (headers: Readonly<Record<string, string>>) => boolean;
  readonly failures: FailurePolicy;
  readonly retry: RetryPolicy;
  /** The bus it consumes from. */
  readonly system: Bus["system"];
}

/** What the batch at hand gives its records: when to stop, and how to say that the handler lives. */
export interface Lease {
  readonly signal: AbortSignal;
  heartbeat(): Promise<void>;
}

/**
 * Deals with one record for good: afterwards its effect is committed, or there is none to have, or it is given up.
 *
 * @throws {DomainError} unavailable while the database or a neighbour is away: the record comes again, however often.
 */
export async function processRecord(consumer: Consumer, received: ReceivedRecord, lease: Lease): Promise<Outcome> {
  if (!consumer.accepts(received.record.headers)) return "skipped";
  const event = decodeEvent(received);
  if (!event) return refuseRecord(consumer, received);
  const handler = consumer.handlers.get(event.envelope.type);
  if (!handler) return passOver(consumer, event, lease.signal);

  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptEvent(consumer, event, handler, lease.signal);
    } catch (error) {
      consumer.metrics.failed(event.topic);
      const verdict = consumer.failures.judge(error);
      if (lease.signal.aborted || verdict === "wait") throw error;
      logFailure(consumer, event, attempt, error);
      if (verdict === "settle" || attempt >= consumer.retry.attempts) return settleEvent(consumer, event, error, lease);
    }
    await lease.heartbeat();
    await pause(backoffMs(consumer.retry, attempt), lease.signal);
  }
}

/** Leaves a span and nothing else: the trace of an event shows everybody who has seen it. */
function passOver(
  { consumer, telemetry, system }: Consumer,
  event: ReceivedEvent,
  signal: AbortSignal,
): Promise<Outcome> {
  return inEventContext(telemetry, { consumer, system, event, signal }, async () => "skipped");
}

/** Remembering the event and its effect are one transaction. */
async function attemptEvent(
  { consumer, db, telemetry, retry, system }: Consumer,
  event: ReceivedEvent,
  handler: EventHandler,
  stop: AbortSignal,
): Promise<Outcome> {
  const { envelope } = event;
  const attempt = async (): Promise<Outcome> => {
    // What a duplicate would ask of other services may be refused by now.
    if (handler.prepares && (await isSeen(db, consumer, envelope.eventId))) return "duplicate";
    const effect = await handler.effectOf(envelope, event.record.headers);
    const outcome = await db.transaction(async (tx): Promise<Outcome> => {
      const standing = await claimEvent(tx, consumer, event);
      if (standing === "fresh") await effect(tx);
      if (standing === "behind") await insertParked(tx, consumer, event);
      return { fresh: "applied", behind: "parked", duplicate: "duplicate", stale: "stale" }[standing] as Outcome;
    });
    telemetry.log.info("event consumed", { consumer, outcome, ...factsOf(event) });
    return outcome;
  };
  return withTimeLimit(stop, retry.attemptTimeoutMs, (signal) =>
    inEventContext(telemetry, { consumer, system, event, signal }, attempt),
  );
}

/** Gives an event up; the failed attempt left nothing behind. */
async function settleEvent(
  { consumer, db, telemetry, metrics, failures, retry, system }: Consumer,
  event: ReceivedEvent,
  error: unknown,
  lease: Lease,
): Promise<Outcome> {
  const outcome = await withTimeLimit(lease.signal, retry.attemptTimeoutMs, (signal) =>
    inEventContext(telemetry, { consumer, system, event, signal }, () =>
      db.transaction((tx) => failures.settle(tx, { consumer, event, error })),
    ),
  );
  if (outcome === "parked" || outcome === "deadLettered") metrics.deadLettered(event.topic);
  return outcome;
}

/** A record that is no event goes to the dead letters; there is no aggregate to hold back. */
async function refuseRecord(
  { consumer, db, telemetry, metrics }: Consumer,
  received: ReceivedRecord,
): Promise<Outcome> {
  const { topic, partition, record } = received;
  const cause = "the record holds no event envelope";
  return db.transaction(async (tx) => {
    if (!(await rememberEvent(tx, consumer, idOfRecord(received)))) return "duplicate";
    await appendDeadLetter(tx, { consumer, cause }, received);
    const place = { topic, partition, offset: String(record.offset) };
    tx.afterCommit(() => {
      metrics.deadLettered(topic);
      telemetry.log.error("record refused", { consumer, cause, ...place });
    });
    return "undecodable";
  });
}

function logFailure({ consumer, telemetry }: Consumer, event: ReceivedEvent, attempt: number, error: unknown): void {
  telemetry.log.warn("event failed", { consumer, attempt, error, ...factsOf(event) });
}
