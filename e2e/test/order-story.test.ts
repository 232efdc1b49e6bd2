// The story the platform exists for: an animal is ordered, carried and handed over, and all of it can be read back.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { at, listAt, textAt, type Api, type Json } from "../src/api.ts";
import { anonymous, as } from "../src/people.ts";
import {
  eventually,
  expectStatus,
  givenDelivery,
  givenFreeCourier,
  givenOrder,
  givenProduct,
  orderDraft,
} from "../src/story.ts";

const target = inject("target");
let customer: Api;
let stranger: Api;
let courier: Api;
let dispatcher: Api;
let admin: Api;

beforeAll(async () => {
  [customer, stranger, courier, dispatcher, admin] = await Promise.all([
    as(target, "customer"),
    as(target, "customer2"),
    as(target, "courier"),
    as(target, "dispatcher"),
    as(target, "admin"),
  ]);
});

describe("an order of an animal", () => {
  it("is placed, carried, delivered, and its story is read back from the event store", async () => {
    const productId = await givenProduct(admin, 3);
    const placed = await customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: randomUUID() });
    const order = expectStatus(placed, 201);
    const orderId = textAt(order, "order_id");
    expect(placed.headers.get("location")).toBe(`/v1/orders/${orderId}`);
    expect(order).toMatchObject({ status: "ORDER_STATUS_PLACED", total: { amount_minor: "95000", currency: "EUR" } });
    expect(at((await anonymous(target).get(`/v1/products/${productId}`)).body, "stock")).toBe(2);

    const deliveryId = await givenDelivery(dispatcher, orderId);
    await givenFreeCourier(courier, dispatcher);
    const assigned = await dispatcher.post(`/v1/deliveries/${deliveryId}:assignCourier`, {
      courier_id: courier.subject,
    });
    expect(expectStatus(assigned, 200)).toMatchObject({ status: "DELIVERY_STATUS_ASSIGNED" });

    expectStatus(await courier.post(`/v1/deliveries/${deliveryId}:pickUp`), 200);
    await eventually(
      () => customer.get(`/v1/orders/${orderId}`),
      (body) => at(body, "status") === "ORDER_STATUS_IN_TRANSIT",
    );
    const reported = await courier.post(`/v1/deliveries/${deliveryId}/positions`, {
      positions: [
        { device_sequence: "2", device_time: new Date().toISOString(), latitude: 52.45, longitude: 13.2 },
        { device_sequence: "1", device_time: new Date().toISOString(), latitude: 52.5, longitude: 13.4 },
      ],
    });
    expect(expectStatus(reported, 200)).toEqual({ accepted: 2, device_sequence_max: "2" });
    const status = await customer.get(`/v1/deliveries/${deliveryId}/status`);
    expect(expectStatus(status, 200)).toMatchObject({ last_position: { device_sequence: "2", latitude: 52.45 } });

    expectStatus(await courier.post(`/v1/deliveries/${deliveryId}:complete`), 200);
    const delivered = await eventually(
      () => customer.get(`/v1/orders/${orderId}`),
      (body) => at(body, "status") === "ORDER_STATUS_DELIVERED",
    );
    expect(listAt(delivered, "history").map((step) => at(step, "status"))).toEqual([
      "ORDER_STATUS_PLACED",
      "ORDER_STATUS_DISPATCHED",
      "ORDER_STATUS_IN_TRANSIT",
      "ORDER_STATUS_DELIVERED",
    ]);

    const events = [
      "orders.v1.OrderCreated",
      "orders.v1.OrderDispatched",
      "delivery.v1.DeliveryStarted",
      "delivery.v1.CourierAssigned",
      "delivery.v1.DeliveryPickedUp",
      "orders.v1.OrderTransitStarted",
      "delivery.v1.DeliveryCompleted",
      "orders.v1.OrderDelivered",
    ];
    // Those of orders and those of delivery come by topics of their own, in whatever order.
    const timeline = await eventually(
      () => customer.get(`/v1/orders/${orderId}/timeline`),
      (body) => typesOf(body).length >= events.length,
    );
    expect(typesOf(timeline).toSorted()).toEqual(events.toSorted());
    expect((await stranger.get(`/v1/orders/${orderId}/timeline`)).status).toBe(404);
  });

  it("joins the log lines of every service that took part under the trace id of the order", async () => {
    const productId = await givenProduct(admin);
    const orderId = await givenOrder(customer, productId);
    await givenDelivery(dispatcher, orderId);
    const created = await eventually(
      () => dispatcher.get(`/v1/events?aggregate_id=${orderId}&type=orders.v1.OrderDispatched`),
      (body) => listAt(body, "events").length === 1,
    );
    const traceId = textAt(created, "events", 0, "trace_id");

    await eventually(
      () => dispatcher.get(`/v1/orders/${orderId}/timeline`),
      (body) => {
        const logs = listAt(body, "entries").filter((entry) => at(entry, "log", "trace_id") === traceId);
        const services = new Set(logs.map((entry) => at(entry, "log", "service")));
        const relayed = logs.some((entry) => JSON.stringify(at(entry, "log", "message")).includes("published"));
        return relayed && ["api-gateway", "orders", "delivery", "logging"].every((name) => services.has(name));
      },
    );
  });

  it("hides an order from customers it does not belong to", async () => {
    const orderId = await givenOrder(customer, await givenProduct(admin));

    const read = await stranger.get(`/v1/orders/${orderId}`);
    const cancelled = await stranger.post(`/v1/orders/${orderId}:cancel`, { reason: "mine" });
    const listed = await stranger.get("/v1/orders?page_size=200");

    expect(read.status).toBe(404);
    expect(read.body).toMatchObject({ status: 404, title: expect.any(String), detail: expect.any(String) });
    expect(read.headers.get("content-type")).toContain("application/problem+json");
    expect(cancelled.status).toBe(404);
    expect(listAt(listed.body, "orders").map((order) => at(order, "order_id"))).not.toContain(orderId);
  });
});

describe("cancelling an order", () => {
  it("gives the stock back at once while the order is only placed", async () => {
    const productId = await givenProduct(admin, 2);
    const orderId = await givenOrder(customer, productId);

    const answer = await customer.post(`/v1/orders/${orderId}:cancel`, { reason: "We are moving house" });

    expect(expectStatus(answer, 200)).toMatchObject({
      status: "ORDER_STATUS_CANCELLED",
      cancellation: { outcome: "CANCELLATION_OUTCOME_GRANTED" },
    });
    expect(at((await customer.get(`/v1/products/${productId}`)).body, "stock")).toBe(2);
  });

  it("asks delivery once the order is dispatched, and ends cancelled while no animal is on board", async () => {
    const orderId = await givenOrder(customer, await givenProduct(admin));
    const deliveryId = await givenDelivery(dispatcher, orderId);

    const answer = await customer.post(`/v1/orders/${orderId}:cancel`, { reason: "We are moving house" });

    expect(expectStatus(answer, 200)).toMatchObject({ status: "ORDER_STATUS_CANCELLING" });
    await eventually(
      () => customer.get(`/v1/orders/${orderId}`),
      (body) => at(body, "status") === "ORDER_STATUS_CANCELLED",
    );
    expect(at((await dispatcher.get(`/v1/deliveries/${deliveryId}`)).body, "status")).toBe("DELIVERY_STATUS_CANCELLED");
  });

  it("has one winner when it races with the pick-up, and both sides agree on it", async () => {
    const orderId = await givenOrder(customer, await givenProduct(admin));
    const deliveryId = await givenDelivery(dispatcher, orderId);
    await givenFreeCourier(courier, dispatcher);
    const courierId = courier.subject;
    expectStatus(await dispatcher.post(`/v1/deliveries/${deliveryId}:assignCourier`, { courier_id: courierId }), 200);

    await Promise.all([
      courier.post(`/v1/deliveries/${deliveryId}:pickUp`),
      customer.post(`/v1/orders/${orderId}:cancel`, { reason: "We are moving house" }),
    ]);

    const order = await eventually(
      () => customer.get(`/v1/orders/${orderId}`),
      (body) => ["ORDER_STATUS_IN_TRANSIT", "ORDER_STATUS_CANCELLED"].includes(textAt(body, "status")),
    );
    const wanted = at(order, "status") === "ORDER_STATUS_IN_TRANSIT" ? "PICKED_UP" : "CANCELLED";
    const delivery = await dispatcher.get(`/v1/deliveries/${deliveryId}`);
    expect(at(delivery.body, "status")).toBe(`DELIVERY_STATUS_${wanted}`);
  });
});

/** The types of the events of a timeline. */
function typesOf(timeline: Json): string[] {
  return listAt(timeline, "entries").map((entry) => textAt(entry, "event", "type"));
}
