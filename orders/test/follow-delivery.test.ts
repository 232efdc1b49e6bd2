// Lets orders follow their deliveries on a real Postgres, in every order of events, and looks through the RPC surface.
import { randomUUID } from "node:crypto";
import { CancellationOutcome, OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeliveryReport } from "../src/app/follow-delivery.ts";
import {
  ADMIN,
  CUSTOMER,
  deliveryTells,
  eventNamesOf,
  gapsOf,
  givenDispatched,
  givenProduct,
  startOrders,
  stockOf,
  type Orders,
} from "./setup.ts";

type News = DeliveryReport["news"];

const DISPATCHED = ["OrderCreated 1", "OrderDispatched 2"];
const CANCELLING = [...DISPATCHED, "OrderCancellationRequested 3"];

let service: Orders;
beforeAll(async () => {
  service = await startOrders();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("an order that was dispatched", () => {
  it.each<[string, News[], keyof typeof OrderStatus, number, string[]]>([
    ["on board", ["pickedUp"], "IN_TRANSIT", 4, ["OrderTransitStarted 3"]],
    ["handed over", ["pickedUp", "completed"], "DELIVERED", 4, ["OrderTransitStarted 3", "OrderDelivered 4"]],
    ["given up before pick-up", ["failed"], "FAILED", 4, ["OrderFailed 3"]],
    ["given up on the way", ["pickedUp", "failed"], "FAILED", 4, ["OrderTransitStarted 3", "OrderFailed 4"]],
    ["called off", ["cancelled"], "CANCELLED", 5, ["OrderCancelled 3"]],
  ])("follows its delivery that is %s", async (_, news, status, stock, events) => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const dispatched = await givenDispatched(service, productId);

    for (const one of news) await deliveryTells(service, dispatched, one);

    const order = await orderOf(dispatched.orderId);
    expect(order.status).toBe(OrderStatus[status]);
    expect(order.cancellation).toBeUndefined();
    expect(order.history.slice(2).map((change) => change.actor)).toEqual(news.map(() => "service:delivery"));
    expect(await stockOf(service, productId)).toBe(stock);
    expect(await eventNamesOf(service.db, dispatched.orderId)).toEqual([...DISPATCHED, ...events]);
  });

  it("changes by no news twice, nor by news from before", async () => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const dispatched = await givenDispatched(service, productId);
    await deliveryTells(service, dispatched, "pickedUp");
    await deliveryTells(service, dispatched, "completed");
    const before = await orderOf(dispatched.orderId);

    for (const news of ["pickedUp", "completed", "cancelled", "failed", "cancellationRefused"] as const) {
      await deliveryTells(service, dispatched, news);
    }

    expect(await orderOf(dispatched.orderId)).toEqual(before);
    expect(await stockOf(service, productId)).toBe(4);
  });

  it("does not follow another delivery", async () => {
    const { productId } = await givenProduct(service);
    const { orderId } = await givenDispatched(service, productId);

    await deliveryTells(service, { orderId, deliveryId: randomUUID() }, "pickedUp");

    expect((await orderOf(orderId)).status).toBe(OrderStatus.DISPATCHED);
  });

  it("gives its stock back once when the cancellation is told many times at once", async () => {
    const { productId } = await givenProduct(service, { stock: 5 });
    const dispatched = await givenDispatched(service, productId, 3);

    await Promise.all(Array.from({ length: 10 }, () => deliveryTells(service, dispatched, "cancelled")));

    expect(await stockOf(service, productId)).toBe(5);
    expect(await eventNamesOf(service.db, dispatched.orderId)).toEqual([...DISPATCHED, "OrderCancelled 3"]);
  });
});

describe("an order that is to be cancelled", () => {
  it("ends cancelled when delivery grants it", async () => {
    const { order, productId } = await givenCancelling();

    await deliveryTells(service, order, "cancelled");

    const { status, cancellation } = await orderOf(order.orderId);
    expect(status).toBe(OrderStatus.CANCELLED);
    expect(cancellation).toMatchObject({ outcome: CancellationOutcome.GRANTED, reason: "moving" });
    expect(cancellation?.decidedAt).toBeDefined();
    expect(await stockOf(service, productId)).toBe(5);
    expect(await eventNamesOf(service.db, order.orderId)).toEqual([...CANCELLING, "OrderCancelled 4"]);
  });

  it.each<[News[], string[]]>([
    [
      ["pickedUp", "cancellationRefused"],
      ["OrderCancellationRefused 4", "OrderTransitStarted 5"],
    ],
    [
      ["cancellationRefused", "pickedUp"],
      ["OrderCancellationRefused 4", "OrderTransitStarted 5"],
    ],
  ])("goes on when the animal is on board, by %j", async (news, events) => {
    const { order, productId } = await givenCancelling();

    for (const one of news) await deliveryTells(service, order, one);

    const { status, cancellation } = await orderOf(order.orderId);
    expect(status).toBe(OrderStatus.IN_TRANSIT);
    expect(cancellation).toMatchObject({ outcome: CancellationOutcome.REFUSED, reason: "moving" });
    expect(cancellation?.decidedAt).toBeDefined();
    expect(await stockOf(service, productId)).toBe(4);
    expect(await eventNamesOf(service.db, order.orderId)).toEqual([...CANCELLING, ...events]);
  });

  it("tells that it was not cancelled when the delivery failed", async () => {
    const { order, productId } = await givenCancelling();

    await deliveryTells(service, order, "failed");

    const { status, cancellation } = await orderOf(order.orderId);
    expect(status).toBe(OrderStatus.FAILED);
    expect(cancellation?.outcome).toBe(CancellationOutcome.REFUSED);
    expect(await stockOf(service, productId)).toBe(4);
    expect(await eventNamesOf(service.db, order.orderId)).toEqual([
      ...CANCELLING,
      "OrderCancellationRefused 4",
      "OrderFailed 5",
    ]);
  });

  it("has one outcome, whichever of pick-up and grant comes first", async () => {
    for (const news of [
      ["pickedUp", "cancelled"],
      ["cancelled", "pickedUp"],
    ] as const) {
      const { order, productId } = await givenCancelling();

      await Promise.all(news.map((one) => deliveryTells(service, order, one)));

      const { status, cancellation } = await orderOf(order.orderId);
      const cancelled = status === OrderStatus.CANCELLED;
      expect([OrderStatus.CANCELLED, OrderStatus.IN_TRANSIT]).toContain(status);
      const { GRANTED, REFUSED } = CancellationOutcome;
      expect(cancellation?.outcome).toBe(cancelled ? GRANTED : REFUSED);
      expect(await stockOf(service, productId)).toBe(cancelled ? 5 : 4);
    }
  });
});

describe("a pick-up and a wish to cancel at the same moment", () => {
  it("have one winner each time", async () => {
    for (let n = 0; n < 20; n++) {
      const { productId } = await givenProduct(service, { stock: 5 });
      const { orderId, deliveryId } = await givenDispatched(service, productId);
      const deeds = [
        () => service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" }),
        () => deliveryTells(service, { orderId, deliveryId }, "pickedUp"),
      ];

      const outcomes = await Promise.allSettled((n % 2 ? deeds : deeds.toReversed()).map((deed) => deed()));

      const wished = outcomes.every((outcome) => outcome.status === "fulfilled");
      const { status, cancellation } = await orderOf(orderId);
      expect(status).toBe(OrderStatus.IN_TRANSIT);
      expect(cancellation?.outcome).toBe(wished ? CancellationOutcome.REFUSED : undefined);
      expect(await stockOf(service, productId)).toBe(4);
      expect(await eventNamesOf(service.db, orderId)).toEqual(
        wished
          ? [...CANCELLING, "OrderCancellationRefused 4", "OrderTransitStarted 5"]
          : [...DISPATCHED, "OrderTransitStarted 3"],
      );
      expect((await refusalOf(service.orders(CUSTOMER).cancelOrder({ orderId, reason: "again" }))).metadata).toEqual({
        from: "in_transit",
      });
    }
  });
});

describe("after all of this", () => {
  it("each order and product has one event for each of its versions", async () => {
    expect(await gapsOf(service.db)).toEqual([]);
  });
});

/** A dispatched order of one animal of five that its customer wants cancelled. */
async function givenCancelling() {
  const { productId } = await givenProduct(service, { stock: 5 });
  const order = await givenDispatched(service, productId);
  await service.orders(CUSTOMER).cancelOrder({ orderId: order.orderId, reason: "moving" });
  return { order, productId };
}

async function orderOf(orderId: string) {
  const { order } = await service.orders(ADMIN).getOrder({ orderId });
  if (!order) throw new Error("no order came back");
  return order;
}
