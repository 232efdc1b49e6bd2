import { AUDIT_TYPE } from "../domain/audit-entry.ts";
import type { StoredEvent } from "../domain/stored-event.ts";
import { EVENT_COLUMNS, eventFromSelected, type SelectedEvent } from "./event-row.ts";
import type { Reader } from "./reader.ts";
import { allOf } from "./where.ts";

/** Which events; what is empty or undefined does not narrow. */
export interface EventFilter {
  readonly aggregateId: string;
  readonly type: string;
  readonly correlationId: string;
  readonly occurredFromMs: number | undefined;
  readonly occurredBeforeMs: number | undefined;
}

/** The sort key of an event in a page. */
export interface EventPosition {
  readonly occurredAtMs: number;
  readonly eventId: string;
}

/**
 * Lists a page of events, the newest first, after a position; privileged acts are in a list of their own.
 * Rows of one event are neighbours in this order and are collapsed as they stream by. The view `stored_events` would merge
 * the whole table before it gave out the first row.
 */
export async function listEvents(
  reader: Reader,
  filter: EventFilter,
  after: EventPosition | undefined,
  limit: number,
): Promise<StoredEvent[]> {
  const where = allOf([
    "type != {audit_type:String}",
    filter.aggregateId !== "" && "aggregate_id = {aggregate_id:String}",
    filter.type !== "" && "type = {type:String}",
    filter.correlationId !== "" && "correlation_id = {correlation_id:String}",
    filter.occurredFromMs !== undefined && "occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64})",
    filter.occurredBeforeMs !== undefined && "occurred_at < fromUnixTimestamp64Milli({before_ms:Int64})",
    // The first line says what the second implies, in words that the primary key understands.
    after &&
      `occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64})
       and (occurred_at, event_id) < (fromUnixTimestamp64Milli({after_ms:Int64}), {after_id:UUID})`,
  ]);
  const rows = await reader.rows<SelectedEvent>(
    "listEvents",
    `select ${EVENT_COLUMNS}
       from events
      where ${where}
      order by occurred_at desc, event_id desc
      limit 1 by occurred_at, event_id
      limit {limit:UInt32}`,
    {
      audit_type: AUDIT_TYPE,
      aggregate_id: filter.aggregateId,
      type: filter.type,
      correlation_id: filter.correlationId,
      from_ms: filter.occurredFromMs ?? 0,
      before_ms: filter.occurredBeforeMs ?? 0,
      ...(after && { after_ms: after.occurredAtMs, after_id: after.eventId }),
      limit,
    },
  );
  return rows.map(eventFromSelected);
}

/** Lists the first events of an order and of its deliveries by time; those of one aggregate in their order. */
export async function listEventsOfOrder(reader: Reader, orderId: string, limit: number): Promise<StoredEvent[]> {
  const rows = await reader.rows<SelectedEvent>(
    "listEventsOfOrder",
    `select ${EVENT_COLUMNS}
       from stored_events
      where aggregate_id = {order_id:String} or order_id = {order_id:String}
      order by occurred_at, aggregate_id, aggregate_version, event_id
      limit {limit:UInt32}`,
    { order_id: orderId, limit },
  );
  return rows.map(eventFromSelected);
}
