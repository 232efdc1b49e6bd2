import { type Context, type Span, type SpanContext, trace } from "@opentelemetry/api";
import type { Batch, Bus } from "@animal-delivery/platform/bus/bus";
import { messageSpan } from "@animal-delivery/platform/bus/message-span";
import { runInContext } from "@animal-delivery/platform/request-context";
import { contextFrom } from "@animal-delivery/platform/telemetry/propagation";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { EventBatch } from "./event-batch.ts";

/** The spans of storing the events of one batch, each in the trace in which its event happened. */
export interface StoreSpans {
  /** What inserts are caused by. */
  readonly causes: readonly SpanContext[];
  /** Logs in each event's trace that it is stored, so that its timeline shows the last step too, and ends the spans. */
  tellStored(): void;
}

/**
 * Opens the spans. Those of a try that fails are left open, so nobody hears of them: while ClickHouse is away every batch
 * is tried again and again, and the failed insert has a span of its own.
 */
export function openStoreSpans(
  { tracer, log }: Telemetry,
  { system, group }: { readonly system: Bus["system"]; readonly group: string },
  { topic, partition }: Batch,
  events: EventBatch["events"],
): StoreSpans {
  const opened = events.map(({ record, event }) => {
    const parent = contextFrom(record.headers);
    const { headers, offset } = record;
    const message = { system, topic, headers, consumer: group, partition, offset };
    return { event, parent, span: messageSpan(tracer, "store", message, parent) };
  });
  return {
    causes: opened.map(({ span }) => span.spanContext()),
    tellStored() {
      for (const { event, parent, span } of opened) {
        runInContext(contextOf(event.correlationId, parent, span), () => {
          const { eventId: event_id, type: event_type, aggregateId: aggregate_id } = event;
          log.info("event stored", { event_id, event_type, aggregate_id });
        });
        span.end();
      }
    },
  };
}

function contextOf(correlationId: string, parent: Context, span: Span) {
  return { requestId: "", correlationId, trace: trace.setSpan(parent, span), signal: undefined };
}
