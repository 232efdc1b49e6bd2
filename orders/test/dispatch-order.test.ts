// Drives OrderService.DispatchOrder through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  CUSTOMER,
  DELIVERY,
  deliveryTells,
  eventNamesOf,
  gapsOf,
  givenDispatched,
  givenOrder,
  givenProduct,
  startOrders,
  type Orders,
} from "./setup.ts";

let service: Orders;
let productId: string;
beforeAll(async () => {
  service = await startOrders();
  ({ productId } = await givenProduct(service, { stock: 1000 }));
});
afterAll(() => service[Symbol.asyncDispose]());

describe("DispatchOrder", () => {
  it("hands a placed order over and answers what delivery must know", async () => {
    const order = await givenOrder(service, productId);
    const deliveryId = randomUUID();

    const answer = await service.orders(DELIVERY).dispatchOrder({ orderId: order.orderId, deliveryId });

    const { updatedAt } = answer.order!;
    expect(answer.order).toEqual({ ...order, status: OrderStatus.DISPATCHED, deliveryId, updatedAt, history: [] });
    expect(await historyOf(order.orderId)).toEqual([
      [OrderStatus.PLACED, "customer-1"],
      [OrderStatus.DISPATCHED, "service:delivery"],
    ]);
  });

  it("answers the same delivery again, whatever became of the order since", async () => {
    const dispatched = await givenDispatched(service, productId);
    const request = { orderId: dispatched.orderId, deliveryId: dispatched.deliveryId };
    await deliveryTells(service, dispatched, "pickedUp");

    const { order } = await service.orders(DELIVERY).dispatchOrder(request);

    expect(order).toMatchObject({ status: OrderStatus.IN_TRANSIT, deliveryId: dispatched.deliveryId });
    expect(await eventNamesOf(service.db, dispatched.orderId)).toEqual([
      "OrderCreated 1",
      "OrderDispatched 2",
      "OrderTransitStarted 3",
    ]);
  });

  it("refuses another delivery, and an order that was cancelled", async () => {
    const { orderId } = await givenDispatched(service, productId);
    const cancelled = await givenOrder(service, productId);
    await service.orders(CUSTOMER).cancelOrder({ orderId: cancelled.orderId, reason: "moving" });

    const dispatch = (id: string) =>
      refusalOf(service.orders(DELIVERY).dispatchOrder({ orderId: id, deliveryId: randomUUID() }));

    expect(await dispatch(orderId)).toMatchObject({ reason: "ORDER_STATUS_REFUSED", metadata: { from: "dispatched" } });
    expect(await dispatch(cancelled.orderId)).toMatchObject({
      reason: "ORDER_STATUS_REFUSED",
      metadata: { from: "cancelled" },
    });
  });

  it("refuses an order that is not there", async () => {
    const request = { orderId: randomUUID(), deliveryId: randomUUID() };

    expect(await refusalOf(service.orders(DELIVERY).dispatchOrder(request))).toMatchObject({
      reason: "ORDER_NOT_FOUND",
    });
  });

  it("gives an order to one of two deliveries that want it at once", async () => {
    const { orderId } = await givenOrder(service, productId);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => service.orders(DELIVERY).dispatchOrder({ orderId, deliveryId: randomUUID() })),
    );

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(await eventNamesOf(service.db, orderId)).toEqual(["OrderCreated 1", "OrderDispatched 2"]);
  });

  it("lets either the dispatch or the cancellation come first", async () => {
    const { productId } = await givenProduct(service, { stock: 20 });
    for (let n = 0; n < 20; n++) {
      const { orderId } = await givenOrder(service, productId);

      await Promise.allSettled([
        service.orders(DELIVERY).dispatchOrder({ orderId, deliveryId: randomUUID() }),
        service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" }),
      ]);

      expect([
        ["OrderCreated 1", "OrderCancelled 2"],
        ["OrderCreated 1", "OrderDispatched 2", "OrderCancellationRequested 3"],
      ]).toContainEqual(await eventNamesOf(service.db, orderId));
    }
  });
});

describe("after all of this", () => {
  it("each order and product has one event for each of its versions", async () => {
    expect(await gapsOf(service.db)).toEqual([]);
  });
});

async function historyOf(orderId: string): Promise<[OrderStatus, string][]> {
  const { order } = await service.orders(ADMIN).getOrder({ orderId });
  return (order?.history ?? []).map(({ status, actor }) => [status, actor]);
}
