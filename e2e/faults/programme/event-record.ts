import { randomUUIDv7 } from "node:crypto";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { create, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";

/** An event that no service told, as a record of a topic. */
export interface MadeEvent {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly record: BusRecord;
}

/** Makes the event with which an aggregate would reach that version. */
export function makeEvent<D extends DescMessage>(
  { aggregateId, aggregateVersion }: { readonly aggregateId: string; readonly aggregateVersion: bigint },
  schema: D,
  message: MessageInitShape<D>,
): MadeEvent {
  const eventId = randomUUIDv7();
  const type = schema.typeName;
  const envelope = create(EventEnvelopeSchema, {
    eventId,
    aggregateId,
    aggregateVersion,
    type,
    occurredAt: BigInt(Date.now()),
    payload: toBinary(schema, create(schema, message)),
    correlationId: eventId,
  });
  const headers = { "correlation-id": eventId, "event-type": type, "event-id": eventId };
  return {
    eventId,
    aggregateId,
    record: { key: aggregateId, value: toBinary(EventEnvelopeSchema, envelope), headers },
  };
}
