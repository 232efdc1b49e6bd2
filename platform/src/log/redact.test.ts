import { create, createFileRegistry, fromJson, type DescMessage } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
  timestampFromDate,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import {
  ListDeliveriesResponseSchema,
  ReportPositionsRequestSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { StoredEventSchema } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import {
  CreateOrderRequestSchema,
  ListOrdersRequestSchema,
  OrderStatus,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { redact } from "./redact.ts";

describe("redact", () => {
  it("masks marked fields at any depth and leaves the rest, in snake_case", () => {
    const request = create(CreateOrderRequestSchema, {
      items: [{ productId: "p1", quantity: 2 }],
      dropOff: { street: "Gartenweg 7", city: "Potsdam", country: "DE", latitude: 52.4, longitude: 13.1 },
      recipient: { name: "Anna Schmidt", phone: "+4915112345678" },
      note: "ring once",
    });

    expect(redact(CreateOrderRequestSchema, request)).toEqual({
      items: [{ product_id: "p1", quantity: 2 }],
      drop_off: {
        street: "[redacted]",
        city: "[redacted]",
        country: "DE",
        latitude: "[redacted]",
        longitude: "[redacted]",
      },
      recipient: { name: "[redacted]", phone: "[redacted]" },
      note: "[redacted]",
    });
  });

  it("writes enums by name and times in words", () => {
    const request = create(ListOrdersRequestSchema, {
      status: OrderStatus.PLACED,
      placedAfter: timestampFromDate(new Date(0)),
    });

    expect(redact(ListOrdersRequestSchema, request)).toEqual({
      status: "ORDER_STATUS_PLACED",
      placed_after: "1970-01-01T00:00:00Z",
    });
  });

  it("cuts lists, and counts what it left out", () => {
    const positions = Array.from({ length: 25 }, (_, index) => ({ deviceSequence: BigInt(index + 1), latitude: 52.5 }));
    const json = redact(ReportPositionsRequestSchema, create(ReportPositionsRequestSchema, { positions }));

    expect(json).toHaveProperty("positions.length", 11);
    expect(json).toHaveProperty("positions.0", { device_sequence: "1", latitude: "[redacted]" });
    expect(json).toHaveProperty("positions.10", "[15 more]");
  });

  it("cuts long strings", () => {
    const request = create(CreateOrderRequestSchema, { items: [{ productId: "p".repeat(1000) }] });

    expect(JSON.stringify(redact(CreateOrderRequestSchema, request))).toContain("[1000 characters]");
  });

  it("only names what may hold anything", () => {
    const event = create(StoredEventSchema, { eventId: "e", payload: { name: "Anna" } });

    expect(redact(StoredEventSchema, event)).toEqual({ event_id: "e", payload: "[google.protobuf.Struct]" });
  });

  it("stays small for a large page", () => {
    const deliveries = Array.from({ length: 200 }, () => ({ deliveryId: "d", note: "n".repeat(900) }));
    const page = create(ListDeliveriesResponseSchema, { deliveries });

    expect(JSON.stringify(redact(ListDeliveriesResponseSchema, page)).length).toBeLessThan(2_000);
  });

  it("masks in maps, oneofs and lists of scalars, and counts bytes", () => {
    const schema = handMadeSchema();
    const message = fromJson(schema, {
      byName: { a: { secret: "s1", bytes: "AAEC" } },
      chosen: { secret: "s2" },
      secrets: ["s3", "s4"],
    });

    expect(redact(schema, message)).toEqual({
      by_name: { a: { secret: "[redacted]", bytes: "[3 bytes]" } },
      chosen: { secret: "[redacted]" },
      secrets: "[redacted]",
    });
  });
});

/** message Outer { map<string, Inner> by_name; oneof o { Inner chosen }; repeated string secrets [debug_redact = true] } */
function handMadeSchema(): DescMessage {
  const secret = { options: { debugRedact: true } };
  const inner = { type: Type.MESSAGE, typeName: ".t.Inner" };
  const set = create(FileDescriptorSetSchema, {
    file: [
      {
        name: "t.proto",
        package: "t",
        syntax: "proto3",
        messageType: [
          {
            name: "Inner",
            field: [
              { name: "secret", number: 1, type: Type.STRING, label: Label.OPTIONAL, jsonName: "secret", ...secret },
              { name: "bytes", number: 2, type: Type.BYTES, label: Label.OPTIONAL, jsonName: "bytes" },
            ],
          },
          {
            name: "Outer",
            nestedType: [
              {
                name: "ByNameEntry",
                options: { mapEntry: true },
                field: [
                  { name: "key", number: 1, type: Type.STRING, label: Label.OPTIONAL, jsonName: "key" },
                  { name: "value", number: 2, label: Label.OPTIONAL, jsonName: "value", ...inner },
                ],
              },
            ],
            oneofDecl: [{ name: "o" }],
            field: [
              {
                name: "by_name",
                number: 1,
                type: Type.MESSAGE,
                typeName: ".t.Outer.ByNameEntry",
                label: Label.REPEATED,
                jsonName: "byName",
              },
              { name: "chosen", number: 2, label: Label.OPTIONAL, oneofIndex: 0, jsonName: "chosen", ...inner },
              { name: "secrets", number: 3, type: Type.STRING, label: Label.REPEATED, jsonName: "secrets", ...secret },
            ],
          },
        ],
      },
    ],
  });
  const schema = createFileRegistry(set).getMessage("t.Outer");
  if (!schema) throw new Error("the hand-made file has no message Outer");
  return schema;
}
