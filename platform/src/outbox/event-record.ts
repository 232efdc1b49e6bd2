import { randomUUIDv7 } from "node:crypto";
import { create, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { currentContext } from "../request-context.ts";
import { traceHeaders } from "../telemetry/propagation.ts";
import type { OutboxRecord } from "./append-record.ts";

/** One event of an aggregate. */
export interface EventToAppend<D extends DescMessage> {
  readonly topic: string;
  /** Also the record's key: events of one aggregate keep their order. */
  readonly aggregateId: string;
  /** Counts the aggregate's events from 1, without a gap. */
  readonly aggregateVersion: bigint;
  readonly schema: D;
  readonly message: MessageInitShape<D>;
  /** Now unless given. */
  readonly occurredAt?: Date;
  /** What consumers may look at without decoding the event, beside what every event's record has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The event as a record of its topic, with the correlation id and the trace of the request at hand; in work without a request
 * the event's own id is the correlation id.
 */
export function eventRecord<D extends DescMessage>(event: EventToAppend<D>): OutboxRecord {
  const { topic, aggregateId, aggregateVersion, schema, message, occurredAt = new Date(), headers = {} } = event;
  const context = currentContext();
  const eventId = randomUUIDv7();
  const correlationId = context?.correlationId || eventId;
  const envelope = create(EventEnvelopeSchema, {
    eventId,
    aggregateId,
    type: schema.typeName,
    occurredAt: BigInt(occurredAt.getTime()),
    payload: toBinary(schema, create(schema, message)),
    correlationId,
    aggregateVersion,
  });
  return {
    eventId,
    topic,
    key: aggregateId,
    value: toBinary(EventEnvelopeSchema, envelope),
    headers: {
      ...headers,
      ...traceHeaders(context?.trace ?? ROOT_CONTEXT),
      "correlation-id": correlationId,
      "event-type": schema.typeName,
      "event-id": eventId,
    },
  };
}
