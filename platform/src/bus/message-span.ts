import { SpanKind, type Context, type Span, type Tracer } from "@opentelemetry/api";
import type { Bus } from "./bus.ts";

/** A record, as far as a span tells of it. Never its key or value: both may speak of a person. */
export interface TracedMessage {
  /** Undefined when it is not known any more. */
  readonly system?: Bus["system"];
  readonly topic: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whose work it is; for consumers. */
  readonly consumer?: string;
  /** Where the record lies; undefined before the bus has it. */
  readonly partition?: number;
  readonly offset?: bigint;
}

/** What is done to a record, as the name of its span: `send orders.events`. */
export type MessageOperation = "send" | "process" | "store";

/**
 * The span of sending one record or of working on one, by OpenTelemetry's conventions for messaging (1.45). A consumer's
 * parent is the span in the record's headers, whichever bus carried it.
 */
export function messageSpan(
  tracer: Tracer,
  operation: MessageOperation,
  message: TracedMessage,
  parent: Context,
): Span {
  const { system, topic, headers, consumer, partition, offset } = message;
  const attributes = {
    ...(system !== undefined && { "messaging.system.name": system }),
    "messaging.operation.name": operation,
    "messaging.operation.type": operation === "send" ? "send" : "process",
    "messaging.destination.name": topic,
    ...(headers["event-id"] !== undefined && { "messaging.message.id": headers["event-id"] }),
    ...(consumer !== undefined && { "messaging.consumer.group.name": consumer }),
    ...(partition !== undefined && { "messaging.destination.partition.id": String(partition) }),
    ...(system === "kafka" && offset !== undefined && { "kafka.offset": Number(offset) }),
  };
  const kind = operation === "send" ? SpanKind.PRODUCER : SpanKind.CONSUMER;
  return tracer.startSpan(`${operation} ${topic}`, { kind, attributes }, parent);
}
