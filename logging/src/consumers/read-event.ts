import { fromBinary, toJson, type JsonObject, type Registry } from "@bufbuild/protobuf";
import { trace } from "@opentelemetry/api";
import { type EventEnvelope, EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { contextFrom } from "@animal-delivery/platform/telemetry/propagation";
import type { StoredEvent } from "../domain/stored-event.ts";
import { DATE_TIME_MS_MAX } from "../store/date-time.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The record is no event, and why. */
export class UnreadableRecord extends Error {
  override readonly name = "UnreadableRecord";
}

/**
 * Reads an event from its record.
 *
 * @throws {UnreadableRecord} when its value is no envelope, or one without an id and a time.
 */
export function readEvent(record: ConsumedRecord, topic: string, types: Registry): StoredEvent {
  const envelope = readEnvelope(record.value);
  const payload = payloadOf(envelope, types);
  return {
    eventId: envelope.eventId.toLowerCase(),
    type: envelope.type,
    aggregateId: envelope.aggregateId,
    aggregateVersion: envelope.aggregateVersion,
    occurredAt: new Date(Number(envelope.occurredAt)),
    correlationId: envelope.correlationId,
    traceId: trace.getSpanContext(contextFrom(record.headers))?.traceId ?? "",
    orderId: typeof payload.order_id === "string" ? payload.order_id : "",
    topic,
    payload: JSON.stringify(payload),
  };
}

function readEnvelope(value: Uint8Array): EventEnvelope {
  const envelope = attempt(() => fromBinary(EventEnvelopeSchema, value));
  if (!envelope) throw new UnreadableRecord("the value is no event envelope");
  if (!UUID.test(envelope.eventId)) throw new UnreadableRecord("the event id is no UUID");
  if (envelope.occurredAt <= 0n || envelope.occurredAt > DATE_TIME_MS_MAX) {
    throw new UnreadableRecord("the event's time is out of range");
  }
  return envelope;
}

/** The payload as protobuf JSON with the names of the contract; as base64 when its type is unknown or it is broken. */
function payloadOf({ type, payload }: EventEnvelope, types: Registry): JsonObject {
  const schema = types.getMessage(type);
  const json = schema && attempt(() => toJson(schema, fromBinary(schema, payload), { useProtoFieldName: true }));
  // Messages of events are plain messages, whose JSON is an object.
  return (json as JsonObject | undefined) ?? { base64: Buffer.from(payload).toString("base64") };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
