import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { runInContext } from "../request-context.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { contextFrom } from "../telemetry/propagation.ts";

export interface EventWork {
  readonly consumer: string;
  readonly topic: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly signal: AbortSignal;
}

/** Runs the work on one event as a part of the event's trace and correlation. */
export async function inEventContext<T>(
  { tracer }: Telemetry,
  { consumer, topic, headers, correlationId, signal }: EventWork,
  work: () => Promise<T>,
): Promise<T> {
  const parent = contextFrom(headers);
  const attributes = {
    "messaging.system": "animal-delivery",
    "messaging.destination.name": topic,
    "messaging.consumer.group.name": consumer,
    "messaging.operation.type": "process",
    "messaging.message.id": headers["event-id"] ?? "",
  };
  const span = tracer.startSpan(`process ${topic}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  try {
    return await runInContext({ requestId: "", correlationId, trace: trace.setSpan(parent, span), signal }, work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
