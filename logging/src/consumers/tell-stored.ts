import { SpanKind, trace } from "@opentelemetry/api";
import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { runInContext } from "@animal-delivery/platform/request-context";
import { contextFrom } from "@animal-delivery/platform/telemetry/propagation";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { StoredEvent } from "../domain/stored-event.ts";

/** Logs, in the trace in which the event happened, that it is stored: so the event's timeline shows its last step too. */
export function tellStored({ tracer, log }: Telemetry, record: ConsumedRecord, event: StoredEvent): void {
  const parent = contextFrom(record.headers);
  const attributes = { "messaging.destination.name": event.topic, "messaging.message.id": event.eventId };
  const span = tracer.startSpan(`store ${event.topic}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  const context = {
    requestId: "",
    correlationId: event.correlationId,
    trace: trace.setSpan(parent, span),
    signal: undefined,
  };
  runInContext(context, () => {
    log.info("event stored", { event_id: event.eventId, event_type: event.type, aggregate_id: event.aggregateId });
  });
  span.end();
}
