// Drives OrderService.DeleteOrder through its RPC surface against a real Postgres; only the network is in memory.
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  CUSTOMER,
  eventNamesOf,
  gapsOf,
  givenDispatched,
  givenOrder,
  givenProduct,
  OTHER_CUSTOMER,
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

describe("DeleteOrder", () => {
  it("deletes a finished order with its items and history, and keeps its events", async () => {
    const { orderId } = await givenOrder(service, productId);
    await service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" });

    await service.orders(CUSTOMER).deleteOrder({ orderId });

    expect((await refusalOf(service.orders(CUSTOMER).getOrder({ orderId }))).reason).toBe("ORDER_NOT_FOUND");
    expect((await refusalOf(service.orders(CUSTOMER).deleteOrder({ orderId }))).reason).toBe("ORDER_NOT_FOUND");
    expect(await rowsOf(orderId)).toBe(0);
    expect(await eventNamesOf(service.db, orderId)).toEqual(["OrderCreated 1", "OrderCancelled 2", "OrderDeleted 3"]);
  });

  it("refuses an order that goes on", async () => {
    const placed = await givenOrder(service, productId);
    const dispatched = await givenDispatched(service, productId);

    for (const [{ orderId }, from] of [
      [placed, "placed"],
      [dispatched, "dispatched"],
    ] as const) {
      expect(await refusalOf(service.orders(ADMIN).deleteOrder({ orderId }))).toMatchObject({
        kind: "refused",
        reason: "ORDER_STATUS_REFUSED",
        metadata: { from },
      });
    }
  });

  it("does not know an order that is another customer's", async () => {
    const { orderId } = await givenOrder(service, productId);
    await service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" });

    const refusal = await refusalOf(service.orders(OTHER_CUSTOMER).deleteOrder({ orderId }));

    expect(refusal.reason).toBe("ORDER_NOT_FOUND");
    expect(await rowsOf(orderId)).toBeGreaterThan(0);
  });

  it("is done by one of two at once", async () => {
    const { orderId } = await givenOrder(service, productId);
    await service.orders(CUSTOMER).cancelOrder({ orderId, reason: "moving" });

    const outcomes = await Promise.allSettled([
      service.orders(CUSTOMER).deleteOrder({ orderId }),
      service.orders(ADMIN).deleteOrder({ orderId }),
    ]);

    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await eventNamesOf(service.db, orderId)).toHaveLength(3);
  });
});

describe("after all of this", () => {
  it("each order and product has one event for each of its versions", async () => {
    expect(await gapsOf(service.db)).toEqual([]);
  });
});

/** Rows that an order has in all tables. */
async function rowsOf(orderId: string): Promise<number> {
  const { rows } = await service.db.query<{ count: string }>(
    "rows_of",
    `select (select count(*) from orders where order_id = $1)
          + (select count(*) from order_items where order_id = $1)
          + (select count(*) from order_history where order_id = $1) as count`,
    [orderId],
  );
  return Number(rows[0]?.count);
}
