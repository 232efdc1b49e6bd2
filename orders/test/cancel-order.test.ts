// Drives OrderService.CancelOrder through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { CancellationOutcome, OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeliveryReport } from "../src/app/follow-delivery.ts";
import {
  CUSTOMER,
  deliveryTells,
  DISPATCHER,
  eventNamesOf,
  gapsOf,
  givenDispatched,
  givenOrder,
  givenProduct,
  orderOf,
  OTHER_CUSTOMER,
  startOrders,
  stockOf,
  type Orders,
} from "./setup.ts";

let service: Orders;
let productId: string;
beforeAll(async () => {
  service = await startOrders();
  ({ productId } = await givenProduct(service, { stock: 1000 }));
});
afterAll(() => service[Symbol.asyncDispose]());

describe("CancelOrder", () => {
  it("cancels a placed order at once and gives its stock back", async () => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const { orderId } = await givenOrder(service, productId, 3);

    const { order } = await service.orders(CUSTOMER).cancelOrder({ orderId, reason: "We are moving house" });

    expect(order).toMatchObject({
      status: OrderStatus.CANCELLED,
      cancellation: { outcome: CancellationOutcome.GRANTED, reason: "We are moving house" },
      history: [
        { status: OrderStatus.PLACED, actor: "customer-1" },
        { status: OrderStatus.CANCELLED, actor: "customer-1", reason: "We are moving house" },
      ],
    });
    expect(order?.cancellation?.decidedAt).toEqual(order?.cancellation?.requestedAt);
    expect(await stockOf(service, productId)).toBe(5);
    expect(await eventNamesOf(service.db, orderId)).toEqual(["OrderCreated 1", "OrderCancelled 2"]);
  });

  it("asks delivery once the order is dispatched, and answers the same while it waits", async () => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const { orderId } = await givenDispatched(service, productId);

    const { order } = await service.orders(DISPATCHER).cancelOrder({ orderId, reason: "called off" });
    const again = await service.orders(CUSTOMER).cancelOrder({ orderId, reason: "once more" });

    expect(order).toMatchObject({
      status: OrderStatus.CANCELLING,
      cancellation: { outcome: CancellationOutcome.REQUESTED, reason: "called off" },
    });
    expect(order?.cancellation?.decidedAt).toBeUndefined();
    expect(again.order).toEqual(order);
    expect(await stockOf(service, productId)).toBe(4);
    expect(await eventNamesOf(service.db, orderId)).toEqual([
      "OrderCreated 1",
      "OrderDispatched 2",
      "OrderCancellationRequested 3",
    ]);
  });

  it.each<[string, DeliveryReport["news"][]]>([
    ["in_transit", ["pickedUp"]],
    ["delivered", ["pickedUp", "completed"]],
    ["failed", ["failed"]],
    ["cancelled", ["cancelled"]],
  ])("is refused when the order is %s, and changes nothing", async (from, news) => {
    const dispatched = await givenDispatched(service, productId);
    for (const one of news) await deliveryTells(service, dispatched, one);
    const { orderId } = dispatched;
    const before = await service.orders(CUSTOMER).getOrder({ orderId });

    const refusal = await refusalOf(service.orders(CUSTOMER).cancelOrder({ orderId, reason: "too late" }));

    expect(refusal).toMatchObject({ kind: "refused", reason: "ORDER_STATUS_REFUSED", metadata: { from } });
    expect(await service.orders(CUSTOMER).getOrder({ orderId })).toEqual(before);
  });

  it("does not know an order that is another customer's", async () => {
    const { orderId } = await givenOrder(service, productId);

    const refusal = await refusalOf(service.orders(OTHER_CUSTOMER).cancelOrder({ orderId, reason: "mine" }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "ORDER_NOT_FOUND" });
    expect(await eventNamesOf(service.db, orderId)).toEqual(["OrderCreated 1"]);
  });

  it("gives the stock back once when twenty cancel at once", async () => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const { orderId } = await givenOrder(service, productId, 2);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" })),
    );

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await stockOf(service, productId)).toBe(5);
    expect(await eventNamesOf(service.db, orderId)).toEqual(["OrderCreated 1", "OrderCancelled 2"]);
  });

  it("answers twins of one key the same", async () => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const { orderId } = await givenOrder(service, productId);
    const headers = { "idempotency-key": randomUUID() };

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" }, { headers })),
    );

    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await stockOf(service, productId)).toBe(5);
  });

  it("does not deadlock with orders that take the same products", async () => {
    const a = await givenProduct(service, { stock: 1000 });
    const b = await givenProduct(service, { stock: 1000 });
    const client = service.orders(CUSTOMER);
    const there = orderOf([a.productId, 1], [b.productId, 1]);
    const back = orderOf([b.productId, 1], [a.productId, 1]);
    const placed = await Promise.all(Array.from({ length: 30 }, (_, n) => client.createOrder(n % 2 ? there : back)));

    await Promise.all(
      placed.flatMap(({ order }, n) => [
        client.cancelOrder({ orderId: order!.orderId, reason: "moving" }),
        client.createOrder(n % 2 ? back : there),
      ]),
    );

    expect([await stockOf(service, a.productId), await stockOf(service, b.productId)]).toEqual([970, 970]);
  });
});

describe("after all of this", () => {
  it("each order and product has one event for each of its versions", async () => {
    expect(await gapsOf(service.db)).toEqual([]);
  });
});
