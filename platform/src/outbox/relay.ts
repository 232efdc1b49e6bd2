import { backoffMs, type Backoff } from "../backoff.ts";
import type { Bus } from "../bus/bus.ts";
import type { Database, Queryable } from "../db/database.ts";
import { pause } from "../pause.ts";
import type { Task } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { createOutboxMetrics, type OutboxMetrics } from "./outbox-metrics.ts";
import { holdRows, listUnsent, markSent, parkRow, type OutboxRow } from "./outbox-rows.ts";
import { outboxWake } from "./outbox-wake.ts";
import { publishRows } from "./publish-rows.ts";

export interface RelayOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  /** Rows of one round. */
  readonly batchRows?: number;
  /** How often to look without being woken: for rows that another process committed. */
  readonly pollMs?: number;
  /** The pause after a round that published something: what comes meanwhile is published together. */
  readonly gatherMs?: number;
  /** How often a relay that is not the leader asks whether it is now. */
  readonly standbyMs?: number;
  /** The pace of attempts while the bus or the database is away. */
  readonly backoff?: Backoff;
}

/** The advisory lock of the one relay that works in a database. Advisory locks are per database. */
const RELAY_LOCK = 7_236_521;

type Relay = Required<RelayOptions> & { readonly metrics: OutboxMetrics };

/**
 * Publishes what the outbox holds, in order, at least once. What the bus can never take is parked, and with it what follows
 * of its aggregate. Of all relays of a database one works: the holder of a session
 * lock, which reads and marks on the very session that holds it. Nothing is published inside a transaction.
 */
export function relayOutbox(options: RelayOptions): Task {
  const relay: Relay = {
    batchRows: 500,
    pollMs: 200,
    gatherMs: 50,
    standbyMs: 1_000,
    backoff: { firstMs: 100, maxMs: 10_000 },
    ...options,
    metrics: createOutboxMetrics(options.telemetry.meters, options.db),
  };
  return {
    name: "outbox relay",
    run: (stop) =>
      persist(relay, stop, () =>
        relay.db.withSession(async (session, lost) => {
          const end = AbortSignal.any([stop, lost]);
          if (!(await lead(relay, session, end))) return false;
          relay.metrics.leader.set(1);
          await persist(relay, end, () => relayRound(relay, session)).finally(() => relay.metrics.leader.set(0));
          lost.throwIfAborted();
          return false;
        }),
      ),
  };
}

/** Repeats `round` until `end`; waits for rows to gather, for new ones when there were none, with back-off when it failed. */
async function persist(relay: Relay, end: AbortSignal, round: () => Promise<boolean>): Promise<void> {
  const wake = outboxWake(relay.db);
  let failures = 0;
  while (!end.aborted) {
    const mark = wake.since();
    try {
      const didWork = await round();
      failures = 0;
      if (didWork) await pause(relay.gatherMs, end);
      else await wake.sleep(mark, relay.pollMs, end);
    } catch (error) {
      if (end.aborted) return;
      failures += 1;
      relay.telemetry.log.warn("outbox relay failed, it tries again", { error, failures });
      await pause(backoffMs(relay.backoff, failures), end);
    }
  }
}

/** Waits until this session holds the lock; false when `end` came first. */
async function lead({ standbyMs, telemetry }: Relay, session: Queryable, end: AbortSignal): Promise<boolean> {
  while (!end.aborted) {
    const { rows } = await session.query<{ leads: boolean }>("lead_relay", "select pg_try_advisory_lock($1) as leads", [
      RELAY_LOCK,
    ]);
    if (rows[0]?.leads) {
      telemetry.log.info("outbox relay leads");
      return true;
    }
    await pause(standbyMs, end);
  }
  return false;
}

/** Publishes one batch and marks exactly what the bus acknowledged; whether there was any. */
async function relayRound(relay: Relay, session: Queryable): Promise<boolean> {
  const failures = new Map<string, unknown>();
  for (;;) {
    // One topic that fails does not hold up the others, not even by the number of its rows.
    const rows = await listUnsent(session, relay.batchRows, [...failures.keys()]);
    const failed = failures.size;
    const held = rows.filter(({ isHeld }) => isHeld);
    if (held.length > 0) await holdBack(relay, session, held);
    const free = rows.filter(({ isHeld }) => !isHeld);
    for (const [topic, ofTopic] of Map.groupBy(free, (row) => row.topic)) {
      await relayTopic(relay, session, topic, ofTopic).catch((error: unknown) => failures.set(topic, error));
    }
    if (failures.size > failed) continue;
    if (failures.size > 0) throw [...failures.values()][0];
    return rows.length > 0;
  }
}

async function holdBack({ telemetry }: Relay, session: Queryable, rows: readonly OutboxRow[]): Promise<void> {
  const events = await holdRows(
    session,
    rows.map(({ id }) => id),
  );
  if (events > 0) telemetry.log.warn("events wait behind a parked one of their aggregate", { events });
}

async function relayTopic(relay: Relay, session: Queryable, topic: string, rows: readonly OutboxRow[]): Promise<void> {
  const { metrics, telemetry } = relay;
  const { sent, refused } = await publishRows(topic, rows, relay);
  for (const { row, cause } of refused) {
    await parkRow(session, row.id, cause);
    metrics.parked.inc({ topic });
    telemetry.log.error("event parked: the bus can never take it", {
      topic,
      cause,
      event_id: row.record.headers["event-id"],
      aggregate_id: row.record.key,
    });
  }
  if (sent.length === 0) return;
  await markSent(
    session,
    sent.map(({ id }) => id),
  );
  metrics.published.inc({ topic }, sent.length);
}
