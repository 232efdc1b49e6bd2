import { SpanKind, trace, type Tracer } from "@opentelemetry/api";
import type { BusRecord } from "../bus/bus.ts";
import { runInContext } from "../request-context.ts";
import { contextFrom, traceHeaders } from "../telemetry/propagation.ts";

/** A record on its way to the bus, inside a span of the trace that its event belongs to. */
export interface TracedRecord {
  /** The record with the span as parent for whoever consumes it. */
  readonly record: BusRecord;
  /** Runs `work` as part of the event's trace. */
  within(work: () => void): void;
  end(): void;
}

/** Opens the span of publishing one record. */
export function traceRecord(tracer: Tracer, topic: string, record: BusRecord): TracedRecord {
  const { headers } = record;
  const parent = contextFrom(headers);
  const attributes = {
    "messaging.system": "animal-delivery",
    "messaging.destination.name": topic,
    "messaging.operation.type": "send",
    "messaging.message.id": headers["event-id"] ?? "",
  };
  const span = tracer.startSpan(`send ${topic}`, { kind: SpanKind.PRODUCER, attributes }, parent);
  const context = trace.setSpan(parent, span);
  const correlationId = headers["correlation-id"] ?? "";
  return {
    record: { ...record, headers: { ...headers, ...traceHeaders(context) } },
    within: (work) => runInContext({ requestId: "", correlationId, trace: context, signal: undefined }, work),
    end: () => span.end(),
  };
}
