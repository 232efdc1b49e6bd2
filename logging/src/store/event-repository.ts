import { AUDIT_TYPE } from "../domain/audit-entry.ts";
import type { StoredEvent } from "../domain/stored-event.ts";
import { EVENT_COLUMNS, eventFromSelected, type SelectedEvent } from "./event-row.ts";
import { type EventPosition, readNewest } from "./newest-events.ts";
import type { Reader } from "./reader.ts";

/** Which events; what is empty or undefined does not narrow. */
export interface EventFilter {
  readonly aggregateId: string;
  readonly type: string;
  readonly correlationId: string;
  readonly occurredFromMs: number | undefined;
  readonly occurredBeforeMs: number | undefined;
}

/** Lists a page of events, the newest first, after a position; privileged acts are in a list of their own. */
export async function listEvents(
  reader: Reader,
  { aggregateId, type, correlationId, occurredFromMs, occurredBeforeMs }: EventFilter,
  after: EventPosition | undefined,
  limit: number,
): Promise<StoredEvent[]> {
  const conditions = [
    "type != {audit_type:String}",
    aggregateId !== "" && "aggregate_id = {aggregate_id:String}",
    type !== "" && "type = {type:String}",
    correlationId !== "" && "correlation_id = {correlation_id:String}",
  ];
  const parameters = { audit_type: AUDIT_TYPE, aggregate_id: aggregateId, type, correlation_id: correlationId };
  const wanted = { conditions, parameters, fromMs: occurredFromMs, beforeMs: occurredBeforeMs };
  return readNewest(reader, "listEvents", wanted, after, limit);
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
