import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { type Level, LEVELS, type StoredLog } from "../domain/stored-log.ts";
import { DATE_TIME_MS_MAX } from "../store/date-time.ts";

type Line = Record<string, unknown>;

/** Reads a log line from its record. Whatever the record holds becomes a line: text that is no JSON object is its message. */
export function readLogLine(record: ConsumedRecord, topic: string, partition: number): StoredLog {
  const { timestamp, level, service, message, trace_id, span_id, request_id, correlation_id, ...fields } =
    lineOf(record);
  return {
    loggedAt: timeOf(timestamp) ?? record.timestamp,
    service: textOf(service) || record.key,
    level: isLevel(level) ? level : "info",
    message: textOf(message),
    traceId: textOf(trace_id),
    spanId: textOf(span_id),
    requestId: textOf(request_id),
    correlationId: textOf(correlation_id),
    fields: JSON.stringify(fields),
    topic,
    partition,
    offset: record.offset,
  };
}

function lineOf(record: ConsumedRecord): Line {
  const text = Buffer.from(record.value).toString("utf8");
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === "object" && line !== null && !Array.isArray(line)) return line as Line;
  } catch {
    // Not JSON: kept as text.
  }
  return { message: text };
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  // A lone half of a surrogate pair is legal in JSON and not in ClickHouse.
  return (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
}

function timeOf(value: unknown): Date | undefined {
  const time = typeof value === "string" ? new Date(value) : undefined;
  return time && time.getTime() >= 0 && time.getTime() <= DATE_TIME_MS_MAX ? time : undefined;
}

function isLevel(value: unknown): value is Level {
  return typeof value === "string" && Object.hasOwn(LEVELS, value);
}
