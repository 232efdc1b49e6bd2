import type { Bus } from "../bus/bus.ts";
import type { Queryable } from "../db/database.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { laneName, type Lane } from "./lane.ts";
import type { LanesAside } from "./lanes-aside.ts";
import type { OutboxMetrics } from "./outbox-metrics.ts";
import { holdRows, listUnsent, listUnsentOf, markSent, parkRow, type OutboxRow } from "./outbox-rows.ts";
import { publishRows, type Published } from "./publish-rows.ts";

/** What a round works with. */
export interface Relay {
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  readonly metrics: OutboxMetrics;
  /** Rows of one round. */
  readonly batchRows: number;
}

/**
 * Publishes one batch and marks exactly what the bus acknowledged; whether there was any. Neither a topic nor a lane that the
 * bus does not answer for holds up the others, not even by the number of its rows.
 *
 * @throws what the bus said of a topic of which it took nothing, when it took nothing of others either.
 */
export async function relayRound(relay: Relay, session: Queryable, aside: LanesAside): Promise<boolean> {
  const failures = new Map<string, { readonly error: unknown; readonly rows: readonly OutboxRow[] }>();
  let dealtWith = await endAgain(relay, session, aside);
  await beginAgain(relay, session, aside);
  for (;;) {
    const before = failures.size + aside.size;
    const rows = await listUnsent(session, relay.batchRows, { topics: [...failures.keys()], lanes: aside.names() });
    const free = (await holdBack(relay, session, rows)).filter((row) => !aside.has(row));
    for (const [topic, ofTopic] of Map.groupBy(free, (row) => row.topic)) {
      try {
        const late = await markPublished(relay, session, ofTopic, await publishRows(topic, ofTopic, relay));
        dealtWith += ofTopic.length - late.length;
        for (const lane of stuckLanes(ofTopic, late)) putAside(relay, aside, lane);
      } catch (error) {
        failures.set(topic, { error, rows: ofTopic });
      }
    }
    if (failures.size + aside.size > before) continue;
    for (const { error, rows } of failures.values()) {
      if (dealtWith === 0) throw error;
      // The bus answers for others: they do not wait for this topic in each round.
      for (const row of rows) if (!aside.has(row)) putAside(relay, aside, row, error);
    }
    return dealtWith > 0;
  }
}

/** The lanes of which nothing was dealt with; where something was, the rest comes again with the next round. */
function stuckLanes(rows: readonly OutboxRow[], late: readonly OutboxRow[]): OutboxRow[] {
  const lateByLane = Map.groupBy(late, laneName);
  const byLane = Map.groupBy(rows, laneName);
  return [...lateByLane].flatMap(([name, ofLane]) =>
    ofLane.length === byLane.get(name)?.length ? ofLane.slice(0, 1) : [],
  );
}

/** Tries lanes again that wait apart. Nobody waits for the answer: a later round takes it. */
async function beginAgain(relay: Relay, session: Queryable, aside: LanesAside): Promise<void> {
  for (const lane of aside.due()) {
    const rows = await holdBack(relay, session, await listUnsentOf(session, relay.batchRows, lane));
    if (rows.length > 0) aside.begin(lane, rows, publishRows(lane.topic, rows, relay));
    else aside.release(lane);
  }
}

/** Takes what came of attempts at such lanes. @returns how many rows are dealt with. */
async function endAgain(relay: Relay, session: Queryable, aside: LanesAside): Promise<number> {
  let dealtWith = 0;
  for (const { lane, rows, published, error } of aside.takeEnded()) {
    const late = published ? await markPublished(relay, session, rows, published) : rows;
    dealtWith += rows.length - late.length;
    if (late.length === rows.length) putAside(relay, aside, lane, error);
    else release(relay, aside, lane);
  }
  return dealtWith;
}

/** Sets those aside that follow a parked one of their key; answers the others. */
async function holdBack({ telemetry }: Relay, session: Queryable, rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
  const held = rows.filter(({ isHeld }) => isHeld).map(({ id }) => id);
  const events = held.length > 0 ? await holdRows(session, held) : 0;
  if (events > 0) telemetry.log.warn("events wait behind a parked one of their aggregate", { events });
  return rows.filter(({ isHeld }) => !isHeld);
}

function release({ telemetry }: Relay, aside: LanesAside, lane: Lane): void {
  aside.release(lane);
  telemetry.log.info("outbox lane goes on", { lane: laneName(lane) });
}

function putAside({ telemetry }: Relay, aside: LanesAside, lane: Lane, error?: unknown): void {
  const failures = aside.put(lane);
  telemetry.log.warn("outbox lane waits, others go on", { lane: laneName(lane), failures, error });
}

/** @returns the rows that are to be tried again. */
async function markPublished(
  { metrics, telemetry }: Relay,
  session: Queryable,
  rows: readonly OutboxRow[],
  { sent, refused, held }: Published,
): Promise<readonly OutboxRow[]> {
  for (const { row, cause } of refused) {
    const { topic, record } = row;
    await parkRow(session, row.id, cause);
    metrics.parked.inc({ topic });
    telemetry.log.error("event parked: the bus can never take it", {
      topic,
      cause,
      event_id: record.headers["event-id"],
      aggregate_id: record.key,
    });
  }
  if (sent.length > 0) {
    await markSent(
      session,
      sent.map(({ id }) => id),
    );
    metrics.published.inc({ topic: sent[0]?.topic ?? "" }, sent.length);
  }
  const done = new Set([...sent, ...held, ...refused.map(({ row }) => row)]);
  return rows.filter((row) => !done.has(row));
}
