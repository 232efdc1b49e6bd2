import { SpanStatusCode, trace, type Span, type Tracer } from "@opentelemetry/api";
import type { Bus, BusRecord } from "../bus/bus.ts";
import { messageSpan } from "../bus/message-span.ts";
import { runInContext } from "../request-context.ts";
import { contextFrom, traceHeaders } from "../telemetry/propagation.ts";
import type { OutboxRow } from "./outbox-rows.ts";

/** A row on its way to the bus, inside spans of the trace that its event belongs to. */
export interface TracedRow {
  /** The record with the send as parent for whoever consumes it. */
  readonly record: BusRecord;
  /** Ends its spans; `tell` runs as part of the event's trace. */
  sent(tell: () => void): void;
  /** Ends its spans with an error; the row comes again, with spans of its own. */
  failed(errorType: string): void;
}

/**
 * Opens the spans of one attempt to publish a row: `outbox <topic>`, from the moment the event was written, so that a trace
 * shows how long it waited, and within it `send <topic>`, the bus alone.
 */
export function traceRow(tracer: Tracer, system: Bus["system"], { topic, record, createdAt }: OutboxRow): TracedRow {
  const { headers } = record;
  const parent = contextFrom(headers);
  // The database's clock may be ahead of ours; a span does not begin after its children.
  const startTime = Math.min(createdAt.getTime(), Date.now());
  const outbox = tracer.startSpan(`outbox ${topic}`, { startTime }, parent);
  const inOutbox = trace.setSpan(parent, outbox);
  const send = messageSpan(tracer, "send", { system, topic, headers }, inOutbox);
  const context = trace.setSpan(inOutbox, send);
  const correlationId = headers["correlation-id"] ?? "";
  return {
    record: { ...record, headers: { ...headers, ...traceHeaders(context) } },
    sent(tell) {
      runInContext({ requestId: "", correlationId, trace: context, signal: undefined }, tell);
      for (const span of [send, outbox]) span.end();
    },
    failed(errorType) {
      for (const span of [send, outbox]) endFailed(span, errorType);
    },
  };
}

function endFailed(span: Span, errorType: string): void {
  span.setAttribute("error.type", errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
