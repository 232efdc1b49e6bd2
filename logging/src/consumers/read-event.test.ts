import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { DeliveryFailedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { loadEventTypes } from "./event-types.ts";
import { readEvent, UnreadableRecord } from "./read-event.ts";

const types = await loadEventTypes();
const EVENT_ID = "01982f5e-7c00-7000-8000-00000000000a";
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("loadEventTypes", () => {
  it("finds the events of every publisher", () => {
    expect(types.getMessage(OrderCreatedSchema.typeName)).toBe(OrderCreatedSchema);
    expect(types.getMessage(DeliveryFailedSchema.typeName)).toBe(DeliveryFailedSchema);
  });
});

describe("readEvent", () => {
  it("reads envelope, payload, order and trace", () => {
    const message = create(OrderCreatedSchema, {
      orderId: "o1",
      customerId: "c1",
      totalMinor: 12_00n,
      currency: "EUR",
    });
    const record = recordOf({ type: OrderCreatedSchema.typeName, payload: toBinary(OrderCreatedSchema, message) });

    expect(readEvent(record, "orders.events", types)).toEqual({
      eventId: EVENT_ID,
      type: "orders.v1.OrderCreated",
      aggregateId: "o1",
      aggregateVersion: 3n,
      occurredAt: new Date(1_790_000_000_123),
      correlationId: "corr",
      traceId: TRACE_ID,
      orderId: "o1",
      topic: "orders.events",
      payload: JSON.stringify({ order_id: "o1", customer_id: "c1", total_minor: "1200", currency: "EUR" }),
    });
  });

  it.each([
    ["of a type that nobody knows yet", "orders.v2.OrderPraised"],
    ["that does not fit its type", OrderCreatedSchema.typeName],
  ])("keeps a payload %s as base64", (_, type) => {
    const event = readEvent(recordOf({ type, payload: Buffer.from([255, 255]) }), "orders.events", types);

    expect(event).toMatchObject({ type, payload: '{"base64":"//8="}', orderId: "" });
  });

  it.each([
    ["garbage", { value: Buffer.from("garbage") }, "no event envelope"],
    ["an id that is no UUID", recordOf({ eventId: "one" }), "no UUID"],
    ["no time", recordOf({ occurredAt: 0n }), "out of range"],
    ["a time that no calendar has", recordOf({ occurredAt: 2n ** 62n }), "out of range"],
  ])("refuses %s", (_, record, reason) => {
    const read = () => readEvent({ ...recordOf({}), ...record }, "orders.events", types);

    expect(read).toThrow(UnreadableRecord);
    expect(read).toThrow(reason);
  });
});

function recordOf(
  fields: Partial<{ eventId: string; type: string; payload: Uint8Array; occurredAt: bigint }>,
): ConsumedRecord {
  const envelope = create(EventEnvelopeSchema, {
    eventId: EVENT_ID,
    aggregateId: "o1",
    aggregateVersion: 3n,
    occurredAt: 1_790_000_000_123n,
    correlationId: "corr",
    ...fields,
  });
  return {
    key: "o1",
    value: toBinary(EventEnvelopeSchema, envelope),
    headers: { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` },
    offset: 1n,
    timestamp: new Date(),
  };
}
