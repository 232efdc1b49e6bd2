import type { Level, StoredLog } from "../domain/stored-log.ts";
import { toDateTime } from "./date-time.ts";
import type { JsonRow } from "./json-row.ts";

/** The line as the table's columns. */
export function logToJson(log: StoredLog): JsonRow {
  return {
    logged_at: toDateTime(log.loggedAt),
    service: log.service,
    level: log.level,
    message: log.message,
    trace_id: log.traceId,
    span_id: log.spanId,
    request_id: log.requestId,
    correlation_id: log.correlationId,
    fields: log.fields,
    topic: log.topic,
    topic_partition: log.partition,
    topic_offset: log.offset.toString(),
  };
}

/** A row of the table as the queries of this folder select it. */
export interface SelectedLog {
  readonly logged_at_ms: string | number;
  readonly service: string;
  readonly level: Level;
  readonly message: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly fields: string;
  readonly topic: string;
  readonly topic_partition: number;
  readonly topic_offset: string | number;
}

/** What a query selects for `logFromSelected`. */
export const LOG_COLUMNS = `toUnixTimestamp64Milli(logged_at) as logged_at_ms, service, level, message, trace_id, span_id,
  request_id, correlation_id, fields, topic, topic_partition, topic_offset`;

export function logFromSelected(row: SelectedLog): StoredLog {
  return {
    loggedAt: new Date(Number(row.logged_at_ms)),
    service: row.service,
    level: row.level,
    message: row.message,
    traceId: row.trace_id,
    spanId: row.span_id,
    requestId: row.request_id,
    correlationId: row.correlation_id,
    fields: row.fields,
    topic: row.topic,
    partition: row.topic_partition,
    offset: BigInt(row.topic_offset),
  };
}
