import { backoffMs, type Backoff } from "../backoff.ts";
import type { Bus } from "../bus/bus.ts";
import type { Database, Queryable } from "../db/database.ts";
import { pause } from "../pause.ts";
import type { Task } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { createOutboxMetrics } from "./outbox-metrics.ts";
import { LanesAside } from "./lanes-aside.ts";
import { relayRound, type Relay } from "./relay-round.ts";
import { outboxWake } from "./outbox-wake.ts";

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
  /** The pace of attempts at a lane that the bus does not answer for while it answers for others. */
  readonly laneBackoff?: Backoff;
}

/** The advisory lock of the one relay that works in a database. Advisory locks are per database. */
const RELAY_LOCK = 7_236_521;

type WholeRelay = Required<RelayOptions> & Relay;

/**
 * Publishes what the outbox holds, in order, at least once. What the bus can never take is parked, and with it what follows
 * of its aggregate. Of all relays of a database one works: the holder of a session
 * lock, which reads and marks on the very session that holds it. Nothing is published inside a transaction.
 */
export function relayOutbox(options: RelayOptions): Task {
  const relay: WholeRelay = {
    batchRows: 500,
    pollMs: 200,
    gatherMs: 50,
    standbyMs: 1_000,
    backoff: { firstMs: 100, maxMs: 10_000 },
    laneBackoff: { firstMs: 200, maxMs: 30_000 },
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
          const aside = new LanesAside(relay.laneBackoff);
          await persist(relay, end, () => relayRound(relay, session, aside)).finally(() => relay.metrics.leader.set(0));
          // The next leader may not publish beside it.
          await aside.settled();
          lost.throwIfAborted();
          return false;
        }),
      ),
  };
}

/** Repeats `round` until `end`; waits for rows to gather, for new ones when there were none, with back-off when it failed. */
async function persist(relay: WholeRelay, end: AbortSignal, round: () => Promise<boolean>): Promise<void> {
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
async function lead({ standbyMs, telemetry }: WholeRelay, session: Queryable, end: AbortSignal): Promise<boolean> {
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
