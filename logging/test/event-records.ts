import { randomUUID } from "node:crypto";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";

/** An event to be, with what a test does not care about filled in. */
export interface GivenEvent<D extends DescMessage> {
  readonly schema: D;
  readonly message: MessageInitShape<D>;
  readonly aggregateId: string;
  readonly eventId?: string;
  readonly aggregateVersion?: bigint;
  readonly occurredAt?: Date;
  readonly correlationId?: string;
  readonly traceId?: string;
}

/** An event as it lies on the bus. */
export function eventRecord<D extends DescMessage>(given: GivenEvent<D>, offset = 0n): ConsumedRecord {
  const { schema, traceId } = given;
  const envelope = create(EventEnvelopeSchema, {
    eventId: given.eventId ?? randomUUID(),
    aggregateId: given.aggregateId,
    aggregateVersion: given.aggregateVersion ?? 1n,
    type: schema.typeName,
    occurredAt: BigInt((given.occurredAt ?? new Date()).getTime()),
    correlationId: given.correlationId ?? "",
    payload: toBinary(schema, create(schema, given.message)),
  });
  return {
    key: given.aggregateId,
    value: toBinary(EventEnvelopeSchema, envelope),
    headers: traceId ? { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } : {},
    offset,
    timestamp: new Date(),
  };
}

/** A log line as it lies on the bus. */
export function logRecord(line: unknown, offset: bigint): ConsumedRecord {
  const text = typeof line === "string" ? line : JSON.stringify(line);
  return { key: "orders", value: Buffer.from(text), headers: {}, offset, timestamp: new Date() };
}
