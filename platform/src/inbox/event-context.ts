import { SpanStatusCode, trace } from "@opentelemetry/api";
import type { Bus } from "../bus/bus.ts";
import { messageSpan } from "../bus/message-span.ts";
import { runInContext } from "../request-context.ts";
import { errorType } from "../telemetry/error-type.ts";
import { contextFrom } from "../telemetry/propagation.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { ReceivedEvent } from "./received-event.ts";

export interface EventWork {
  readonly consumer: string;
  /** The bus that brought the event; undefined when it is not known any more. */
  readonly system?: Bus["system"];
  readonly event: ReceivedEvent;
  readonly signal: AbortSignal;
}

/** Runs the work on one event as a part of the event's trace and correlation; the span tells what became of the event. */
export async function inEventContext<T extends string>(
  { tracer }: Telemetry,
  { consumer, system, event, signal }: EventWork,
  work: () => Promise<T>,
): Promise<T> {
  const { topic, partition, record, envelope } = event;
  const { headers, offset } = record;
  const parent = contextFrom(headers);
  const span = messageSpan(
    tracer,
    "process",
    { ...(system && { system }), topic, headers, consumer, partition, offset },
    parent,
  );
  const context = { requestId: "", correlationId: envelope.correlationId, trace: trace.setSpan(parent, span), signal };
  try {
    const outcome = await runInContext(context, work);
    span.setAttribute("animal_delivery.outcome", outcome);
    return outcome;
  } catch (error) {
    span.setAttribute("error.type", errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
