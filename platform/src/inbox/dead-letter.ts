import { randomUUIDv7 } from "node:crypto";
import { trace } from "@opentelemetry/api";
import type { Transaction } from "../db/database.ts";
import { appendRecord } from "../outbox/append-record.ts";
import { contextFrom } from "../telemetry/propagation.ts";
import type { ReceivedRecord } from "./received-event.ts";

const DEAD_LETTER_TOPIC = "dlq";

/**
 * Sends a record that a consumer gave up to the dead-letter topic, through the consumer's own outbox. The record stays as
 * it was; headers tell who gave it up, why, where it came from and in which trace.
 */
export async function appendDeadLetter(
  tx: Transaction,
  { consumer, cause }: { consumer: string; cause: string },
  { topic, partition, record }: ReceivedRecord,
): Promise<void> {
  await appendRecord(tx, {
    // The event's own id may be in this outbox already: a service may consume what it published.
    eventId: randomUUIDv7(),
    topic: DEAD_LETTER_TOPIC,
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      "dlq-consumer": consumer,
      "dlq-cause": cause,
      "dlq-topic": topic,
      "dlq-partition": String(partition),
      "dlq-offset": String(record.offset),
      "dlq-trace-id": trace.getSpanContext(contextFrom(record.headers))?.traceId ?? "",
    },
  });
}
