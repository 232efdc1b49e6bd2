import type { Bus } from "../bus/bus.ts";
import { DomainError } from "../errors.ts";
import { errorType } from "../telemetry/error-type.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { OutboxRow } from "./outbox-rows.ts";
import { traceRow } from "./traced-row.ts";

/** What became of some rows; those in none of the lists are to be tried again. */
export interface Published {
  readonly sent: readonly OutboxRow[];
  /** The bus will never take these. */
  readonly refused: readonly { readonly row: OutboxRow; readonly cause: string }[];
  /** These follow a refused one of their key: they wait until it is taken out. */
  readonly held: readonly OutboxRow[];
}

/**
 * Publishes rows of one topic, in order and in one send; one by one only when the bus finds a record among them too large.
 * Later rows of that record's key are left where they are.
 *
 * @throws {DomainError} unavailable when the bus acknowledged nothing.
 */
export async function publishRows(
  topic: string,
  rows: readonly OutboxRow[],
  { bus, telemetry }: { bus: Bus; telemetry: Telemetry },
): Promise<Published> {
  try {
    return { sent: await send(topic, rows, bus, telemetry), refused: [], held: [] };
  } catch (error) {
    if (!isTooLarge(error)) throw error;
  }
  const sent: OutboxRow[] = [];
  const refused: { row: OutboxRow; cause: string }[] = [];
  const held: OutboxRow[] = [];
  const refusedKeys = new Set<string>();
  for (const row of rows) {
    if (refusedKeys.has(row.record.key)) {
      held.push(row);
      continue;
    }
    try {
      sent.push(...(await send(topic, [row], bus, telemetry)));
    } catch (error) {
      // What is sent already is marked first; the others come again.
      if (!isTooLarge(error)) break;
      refused.push({ row, cause: error.reason });
      refusedKeys.add(row.record.key);
    }
  }
  return { sent, refused, held };
}

async function send(topic: string, rows: readonly OutboxRow[], bus: Bus, { tracer, log }: Telemetry) {
  const traced = rows.map((row) => traceRow(tracer, bus.system, row));
  try {
    const acknowledged = await bus.publish(
      topic,
      traced.map(({ record }) => record),
    );
    for (const [index, each] of traced.entries()) {
      if (acknowledged.has(index)) each.sent(() => log.info("event published", { topic, ...factsOf(rows[index]) }));
      else each.failed("NOT_ACKNOWLEDGED");
    }
    return rows.filter((_, index) => acknowledged.has(index));
  } catch (error) {
    for (const each of traced) each.failed(errorType(error));
    throw error;
  }
}

function factsOf(row: OutboxRow | undefined): Record<string, string | undefined> {
  const headers = row?.record.headers;
  return { event_id: headers?.["event-id"], event_type: headers?.["event-type"], aggregate_id: row?.record.key };
}

function isTooLarge(error: unknown): error is DomainError {
  return error instanceof DomainError && error.kind === "tooLarge";
}
