// Drives the reads of OrderService through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { OrderStatus, type Order, type OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  CUSTOMER,
  DISPATCHER,
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

function date(day: number): Date {
  return new Date(Date.UTC(2026, 0, day));
}
