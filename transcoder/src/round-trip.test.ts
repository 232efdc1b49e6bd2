import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CreateOrderRequestSchema,
  ListOrdersRequestSchema,
  OrderService,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import {
  AssignCourierRequestSchema,
  DeliveryService,
  GetDeliveryRequestSchema,
  ReportPositionsRequestSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { echo, json } from "./testing/echo.ts";

// Whatever a client writes into path, query or body comes out of the transcoder as the message it stands for.
const deliveries = echo(DeliveryService, undefined, { bodyBytesMax: 1_000_000 });
const orders = echo(OrderService, undefined, { bodyBytesMax: 1_000_000 });

const text = fc.string({ unit: "grapheme", maxLength: 40 });
/** A segment that is not empty and no relative path: a URL could not hold it. */
const segment = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((id) => id !== "." && id !== "..");
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString());
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const degrees = fc.double({ noNaN: true, noDefaultInfinity: true, min: -180, max: 180 });

describe("round trip", () => {
  it("of a path", async () => {
    await fc.assert(
      fc.asyncProperty(segment, async (deliveryId) => {
        const response = await deliveries.send(`/v1/deliveries/${encodeURIComponent(deliveryId)}`);

        expect(response.status).toBe(200);
        expect(deliveries.asked()).toEqual(canonical(GetDeliveryRequestSchema, { delivery_id: deliveryId }));
      }),
    );
  });

  it("of a path and a body", async () => {
    await fc.assert(
      fc.asyncProperty(segment, text, async (deliveryId, courierId) => {
        const target = `/v1/deliveries/${encodeURIComponent(deliveryId)}:assignCourier`;
        const response = await deliveries.send(target, json("POST", { courier_id: courierId }));

        expect(response.status).toBe(200);
        const message = { delivery_id: deliveryId, courier_id: courierId };
        expect(deliveries.asked()).toEqual(canonical(AssignCourierRequestSchema, message));
      }),
    );
  });

  it("of a query", async () => {
    const query = fc.record(
      {
        page_size: int32.map(String),
        page_token: text,
        status: fc.constantFrom("ORDER_STATUS_PLACED", "ORDER_STATUS_FAILED", "3"),
        placed_after: time,
        placedBefore: time,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(query, async (fields) => {
        const response = await orders.send(`/v1/orders?${new URLSearchParams(fields)}`);

        expect(response.status).toBe(200);
        const status = fields.status === "3" ? 3 : fields.status;
        expect(orders.asked()).toEqual(canonical(ListOrdersRequestSchema, { ...fields, ...(status && { status }) }));
      }),
    );
  });

  it("of bodies", async () => {
    const address = fc.record({ street: text, city: text, latitude: degrees, longitude: degrees });
    const order = fc.record({
      items: fc.array(fc.record({ product_id: text, quantity: int32 })),
      pickup: address,
      note: text,
    });
    await fc.assert(
      fc.asyncProperty(order, async (body) => {
        expect((await orders.send("/v1/orders", json("POST", body))).status).toBe(200);
        expect(orders.asked()).toEqual(canonical(CreateOrderRequestSchema, body));
      }),
    );
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    const position = fc.record({ device_sequence: int64, device_time: time, latitude: degrees });
    await fc.assert(
      fc.asyncProperty(segment, fc.array(position), async (deliveryId, positions) => {
        const target = `/v1/deliveries/${encodeURIComponent(deliveryId)}/positions`;
        expect((await deliveries.send(target, json("POST", { positions }))).status).toBe(200);
        const message = { delivery_id: deliveryId, positions };
        expect(deliveries.asked()).toEqual(canonical(ReportPositionsRequestSchema, message));
      }),
    );
  });

  it("of anything at all never ends in a fault of the transcoder", async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), fc.jsonValue(), async (path, query, body) => {
        const get = await orders.send(`/v1/orders${path}?${query}`);
        const post = await orders.send("/v1/orders", json("POST", body));

        expect([200, 400, 404, 405]).toContain(get.status);
        expect([200, 400]).toContain(post.status);
      }),
    );
  });
});

/** JSON as protobuf itself reads and writes it. */
function canonical(schema: Parameters<typeof fromJson>[0], value: unknown): JsonValue {
  const sent = JSON.parse(JSON.stringify(value)) as JsonValue;
  return toJson(schema, fromJson(schema, sent), { useProtoFieldName: true });
}
