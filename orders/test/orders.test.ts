// Drives OrderService through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import {
  CancellationOutcome,
  OrderStatus,
  type Order,
  type OrderService,
} from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeliveryReport } from "../src/app/follow-delivery.ts";
import {
  ADMIN,
  CUSTOMER,
  DELIVERY,
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

describe("GetOrder", () => {
  it("answers the order to its customer, a dispatcher and an admin", async () => {
    const order = await givenOrder(service, productId);

    for (const grant of [CUSTOMER, DISPATCHER, ADMIN]) {
      expect((await service.orders(grant).getOrder({ orderId: order.orderId })).order).toEqual(order);
    }
  });

  it("does not know an order that is another customer's, like one that is not there", async () => {
    const { orderId } = await givenOrder(service, productId);
    const absent = randomUUID();

    const foreign = await refusalOf(service.orders(OTHER_CUSTOMER).getOrder({ orderId }));
    const missing = await refusalOf(service.orders(CUSTOMER).getOrder({ orderId: absent }));

    expect(foreign).toMatchObject({ kind: "notFound", reason: "ORDER_NOT_FOUND", metadata: { order_id: orderId } });
    expect(missing).toMatchObject({ kind: "notFound", reason: "ORDER_NOT_FOUND", metadata: { order_id: absent } });
    expect(foreign.message).toBe(missing.message);
  });

  it("shows nothing to a relation that orders do not have", async () => {
    const { orderId } = await givenOrder(service, productId);
    const courier = userGrant({ subject: "customer-1", roles: ["courier"], relations: ["courier"] });

    expect((await refusalOf(service.orders(courier).getOrder({ orderId }))).reason).toBe("ORDER_NOT_FOUND");
    expect((await service.orders(courier).listOrders({})).orders).toEqual([]);
  });
});

describe("ListOrders", () => {
  it("lists a customer's own orders alone, the newest first, without histories", async () => {
    const { client, grant } = someCustomer();
    await givenOrder(service, productId, 1, OTHER_CUSTOMER);
    const first = await givenOrder(service, productId, 1, grant);
    const second = await givenOrder(service, productId, 2, grant);

    const { orders, nextPageToken } = await client.listOrders({});

    expect(orders.map((order) => order.orderId)).toEqual(newestFirst([first, second]));
    expect(orders.find((order) => order.orderId === second.orderId)).toEqual({ ...second, history: [] });
    expect(nextPageToken).toBe("");
  });

  it("lists the orders of all customers to a dispatcher", async () => {
    const mine = await givenOrder(service, productId);
    const theirs = await givenOrder(service, productId, 1, OTHER_CUSTOMER);

    const { orders } = await service.orders(DISPATCHER).listOrders({ pageSize: 200 });

    const ids = orders.map((order) => order.orderId);
    expect(ids).toContain(mine.orderId);
    expect(ids).toContain(theirs.orderId);
  });

  it("walks pages without a gap or a duplicate while orders come in", async () => {
    const { client, grant } = someCustomer();
    const before: Order[] = [];
    for (let n = 0; n < 7; n++) before.push(await givenOrder(service, productId, 1, grant));

    const walked: string[] = [];
    let pageToken = "";
    do {
      const page = await client.listOrders({ pageSize: 2, pageToken });
      walked.push(...page.orders.map((order) => order.orderId));
      pageToken = page.nextPageToken;
      await givenOrder(service, productId, 1, grant);
    } while (pageToken !== "");

    expect(walked).toEqual(newestFirst(before));
  });

  it("walks orders that were placed in the same moment", async () => {
    const { client, grant } = someCustomer();
    const placed = await Promise.all(Array.from({ length: 5 }, () => givenOrder(service, productId, 1, grant)));
    await service.db.query("same_moment", "update orders set placed_at = $2 where customer_id = $1", [
      grant.caller.actor,
      new Date("2026-01-01T00:00:00Z"),
    ]);

    const walked = await walk(client, { pageSize: 2 });

    expect(walked).toEqual(
      placed
        .map((order) => order.orderId)
        .toSorted()
        .toReversed(),
    );
  });

  it("keeps to a status and to a time, from the first moment to before the last", async () => {
    const { client, grant } = someCustomer();
    const orders: Order[] = [];
    for (const day of [1, 2, 3, 4]) {
      const order = await givenOrder(service, productId, 1, grant);
      await service.db.query("place_at", "update orders set placed_at = $2 where order_id = $1", [
        order.orderId,
        date(day),
      ]);
      orders.push(order);
    }
    const [first, second, third, fourth] = orders.map((order) => order.orderId);
    await client.cancelOrder({ orderId: third!, reason: "moving" });
    const placedAfter = timestampFromDate(date(2));
    const placedBefore = timestampFromDate(date(4));

    expect(await walk(client, { placedAfter, placedBefore })).toEqual([third, second]);
    expect(await walk(client, { placedAfter: { ...placedAfter, nanos: 1 } })).toEqual([fourth, third]);
    expect(await walk(client, { status: OrderStatus.CANCELLED })).toEqual([third]);
    expect(await walk(client, { status: OrderStatus.PLACED, placedBefore, pageSize: 1 })).toEqual([second, first]);
    expect(await walk(client, { status: OrderStatus.FAILED })).toEqual([]);
    expect(await walk(client, { placedBefore: { seconds: 9_000_000_000_000n } })).toHaveLength(4);
  });

  it("refuses a token of a list with other filters, and one that was made up", async () => {
    const { client, grant } = someCustomer();
    for (let n = 0; n < 3; n++) await givenOrder(service, productId, 1, grant);
    const { nextPageToken: pageToken } = await client.listOrders({ pageSize: 1 });
    const [fingerprint, id] = JSON.parse(Buffer.from(pageToken, "base64url").toString()) as string[];
    const forge = (...parts: (string | undefined)[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");

    const tokens = [
      forge(fingerprint),
      forge(fingerprint, id),
      forge(fingerprint, id, "x"),
      forge(fingerprint, "x", "1"),
    ];
    const requests = [{ pageToken, status: OrderStatus.PLACED }, ...tokens.map((pageToken) => ({ pageToken }))];
    for (const request of requests) {
      expect(await refusalOf(client.listOrders(request))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
    }
  });

  it("opens no foreign rows to somebody else's token", async () => {
    const { client, grant } = someCustomer();
    for (let n = 0; n < 3; n++) await givenOrder(service, productId, 1, grant);
    const { nextPageToken: pageToken } = await client.listOrders({ pageSize: 1 });

    const { orders } = await someCustomer().client.listOrders({ pageToken });

    expect(orders).toEqual([]);
  });
});

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

/** A customer whom no other test knows. */
function someCustomer() {
  const grant = userGrant({ subject: `customer-${randomUUID()}` });
  return { grant, client: service.orders(grant) };
}

function newestFirst(orders: readonly Order[]): string[] {
  const keyOf = ({ placedAt, orderId }: Order) => `${timestampDate(placedAt!).toISOString()} ${orderId}`;
  return orders.toSorted((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1)).map((order) => order.orderId);
}

async function walk(
  client: Client<typeof OrderService>,
  request: Parameters<Client<typeof OrderService>["listOrders"]>[0],
): Promise<string[]> {
  const walked: string[] = [];
  let pageToken = "";
  do {
    const page = await client.listOrders({ ...request, pageToken });
    walked.push(...page.orders.map((order) => order.orderId));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return walked;
}

async function historyOf(orderId: string): Promise<[OrderStatus, string][]> {
  const { order } = await service.orders(ADMIN).getOrder({ orderId });
  return (order?.history ?? []).map(({ status, actor }) => [status, actor]);
}

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

function date(day: number): Date {
  return new Date(Date.UTC(2026, 0, day));
}
