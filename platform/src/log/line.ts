import { trace } from "@opentelemetry/api";
import { currentContext } from "../request-context.ts";
import type { LogLevel } from "./level.ts";
import { cut, plain, type Plain, type PlainLimits } from "./plain.ts";

/** The longest line, in bytes of UTF-8. */
export const LINE_BYTES_MAX = 16 * 1024;

/** Tried one after the other until the line is short enough. */
const LIMITS: readonly PlainLimits[] = [
  { stringCharsMax: 4096, itemsMax: 100, depthMax: 8, valuesMax: 2_000 },
  { stringCharsMax: 512, itemsMax: 20, depthMax: 4, valuesMax: 200 },
  { stringCharsMax: 128, itemsMax: 8, depthMax: 2, valuesMax: 50 },
];

/** Names that only the logger fills; a field of that name is written as `field_<name>`. */
const RESERVED: ReadonlySet<string> = new Set(["timestamp", "level", "service", "message"]);

/** One line of JSON, at most LINE_BYTES_MAX long: who, when, what, the ids of the work at hand, and the fields. */
export function logLine(service: string, level: LogLevel, message: string, fields: Record<string, unknown>): string {
  const head = { timestamp: new Date().toISOString(), level, service, message: cut(message, 1024) };
  const ids = currentIds();
  for (const limits of LIMITS) {
    const line = JSON.stringify({ ...head, ...ids, ...plainFields(fields, limits) });
    if (Buffer.byteLength(line) <= LINE_BYTES_MAX) return line;
  }
  return JSON.stringify({ ...head, ...ids, cut: "the fields were too long" });
}

/** The ids of the request or event being worked on; nothing outside one. */
function currentIds(): Record<string, string> {
  const context = currentContext();
  if (!context) return {};
  const span = trace.getSpanContext(context.trace);
  return {
    ...(context.requestId && { request_id: context.requestId }),
    ...(span && { trace_id: span.traceId, span_id: span.spanId }),
    ...(context.correlationId && { correlation_id: context.correlationId }),
  };
}

function plainFields(fields: Record<string, unknown>, limits: PlainLimits): Record<string, Plain> {
  const entries = Object.entries(fields).map(([name, value]) => [RESERVED.has(name) ? `field_${name}` : name, value]);
  return plain(Object.fromEntries(entries), limits) as Record<string, Plain>;
}
