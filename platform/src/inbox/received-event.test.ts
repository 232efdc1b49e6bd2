import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { decodeEvent, idOfRecord, type ReceivedRecord } from "./received-event.ts";

const good = {
  eventId: "01a1fbc1-8829-79e5-bdca-c38bd45a1ab9",
  aggregateId: "order",
  type: "orders.v1.OrderDelivered",
  occurredAt: 1n,
  aggregateVersion: 1n,
};

describe("decodeEvent", () => {
  it("gives the envelope of an event", () => {
    expect(decodeEvent(received(bytesOf(good)))?.envelope).toMatchObject(good);
  });

  it.each([
    ["is no protobuf", Buffer.from("no envelope")],
    ["is empty", Buffer.alloc(0)],
    ["has no version", bytesOf({ ...good, aggregateVersion: 0n })],
    ["has an id that is no UUID", bytesOf({ ...good, eventId: "1" })],
    ["has no type", bytesOf({ ...good, type: "" })],
  ])("gives nothing for a record that %s", (_, value) => {
    expect(decodeEvent(received(value))).toBeUndefined();
  });
});

describe("idOfRecord", () => {
  it("is a UUID that stands for the record's place", () => {
    const id = idOfRecord(received(Buffer.from("a"), 1n));

    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id).toBe(idOfRecord(received(Buffer.from("b"), 1n)));
    expect(id).not.toBe(idOfRecord(received(Buffer.from("a"), 2n)));
  });
});

function received(value: Uint8Array, offset = 0n): ReceivedRecord {
  return { topic: "t", partition: 0, record: { key: "k", value, headers: {}, offset, timestamp: new Date() } };
}

function bytesOf(envelope: MessageInitShape<typeof EventEnvelopeSchema>): Uint8Array {
  return toBinary(EventEnvelopeSchema, create(EventEnvelopeSchema, envelope));
}
