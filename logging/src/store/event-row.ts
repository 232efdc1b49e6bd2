import type { StoredEvent } from "../domain/stored-event.ts";
import { toDateTime } from "./date-time.ts";
import type { JsonRow } from "./json-row.ts";

/** The event as the table's columns. */
export function eventToJson(event: StoredEvent): JsonRow {
  return {
    event_id: event.eventId,
    type: event.type,
    aggregate_id: event.aggregateId,
    aggregate_version: event.aggregateVersion.toString(),
    occurred_at: toDateTime(event.occurredAt),
    correlation_id: event.correlationId,
    trace_id: event.traceId,
    order_id: event.orderId,
    topic: event.topic,
    payload: event.payload,
  };
}

/** A row of the table as the queries of this folder select it. */
export interface SelectedEvent {
  readonly event_id: string;
  readonly type: string;
  readonly aggregate_id: string;
  readonly aggregate_version: string | number;
  readonly occurred_at_ms: string | number;
  readonly correlation_id: string;
  readonly trace_id: string;
  readonly order_id: string;
  readonly topic: string;
  readonly payload: string;
}

/** What a query selects for `eventFromSelected`. */
export const EVENT_COLUMNS = `event_id, type, aggregate_id, aggregate_version,
  toUnixTimestamp64Milli(occurred_at) as occurred_at_ms, correlation_id, trace_id, order_id, topic, payload`;

export function eventFromSelected(row: SelectedEvent): StoredEvent {
  return {
    eventId: row.event_id,
    type: row.type,
    aggregateId: row.aggregate_id,
    aggregateVersion: BigInt(row.aggregate_version),
    occurredAt: new Date(Number(row.occurred_at_ms)),
    correlationId: row.correlation_id,
    traceId: row.trace_id,
    orderId: row.order_id,
    topic: row.topic,
    payload: row.payload,
  };
}
