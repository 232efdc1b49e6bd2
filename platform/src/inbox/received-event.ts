import { createHash } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { EventEnvelopeSchema, type EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { ConsumedRecord } from "../bus/bus.ts";

/** A record with its place in the bus. */
export interface ReceivedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: ConsumedRecord;
}

/** An event with the record that brought it. */
export interface ReceivedEvent extends ReceivedRecord {
  readonly envelope: EventEnvelope;
}

const validator = createValidator();

/** The event in a record; undefined when the record holds no well-formed envelope. */
export function decodeEvent(received: ReceivedRecord): ReceivedEvent | undefined {
  try {
    const envelope = fromBinary(EventEnvelopeSchema, received.record.value);
    return validator.validate(EventEnvelopeSchema, envelope).kind === "valid" ? { ...received, envelope } : undefined;
  } catch {
    // Not protobuf at all.
    return undefined;
  }
}

/** An id for a record that has no event id of its own: the same each time it is delivered, a UUID of version 8. */
export function idOfRecord({ topic, partition, record }: ReceivedRecord): string {
  const hash = createHash("sha256").update(`${topic}/${partition}/${record.offset}`).digest("hex");
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

/** What log lines tell of an event. */
export function factsOf({ envelope, topic }: ReceivedEvent): Record<string, string> {
  return { topic, event_id: envelope.eventId, event_type: envelope.type, aggregate_id: envelope.aggregateId };
}
