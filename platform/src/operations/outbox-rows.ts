import { recordAudit } from "../audit/record-audit.ts";
import type { Transaction } from "../db/database.ts";
import {
  deleteParkedRow,
  findFirstParkedRow,
  lockParkedRow,
  releaseRows,
  type ParkedRow,
} from "../outbox/parked-rows.ts";
import { parkedEventNotFound, parkedEventWaits } from "./refusals.ts";

/**
 * Gives the relay a parked event back, with those that wait behind it.
 *
 * @returns how many the relay has back.
 * @throws {DomainError} notFound PARKED_EVENT_NOT_FOUND; refused PARKED_EVENT_WAITS.
 */
export async function retryOutboxRow(tx: Transaction, actor: string, eventId: string): Promise<number> {
  const row = await lockFirst(tx, eventId);
  const released = await releaseRows(tx, row);
  await record(tx, { actor, action: "retry" }, row, "unsent");
  return released;
}

/** Takes a parked event out unpublished; those that wait behind it go to the relay. Answers and refuses like the above. */
export async function skipOutboxRow(tx: Transaction, actor: string, eventId: string, reason: string): Promise<number> {
  const row = await lockFirst(tx, eventId);
  await deleteParkedRow(tx, row);
  const released = await releaseRows(tx, row);
  await record(tx, { actor, action: "skip", reason }, row, "skipped");
  return released;
}

async function lockFirst(tx: Transaction, eventId: string): Promise<ParkedRow> {
  const row = await lockParkedRow(tx, eventId);
  if (!row) throw parkedEventNotFound(eventId);
  const first = await findFirstParkedRow(tx, row);
  if (first && first.id !== row.id) throw parkedEventWaits(eventId, first.eventId);
  return row;
}

async function record(
  tx: Transaction,
  act: { actor: string; action: string; reason?: string },
  { eventId, topic, key, type, cause }: ParkedRow,
  state: string,
): Promise<void> {
  await recordAudit(tx, {
    ...act,
    resource: "outbox_event",
    resourceId: eventId,
    before: { state: "parked", topic, aggregate_id: key, type, cause },
    after: { state },
  });
}
