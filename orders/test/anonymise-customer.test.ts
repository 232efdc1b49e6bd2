// Anonymises customers against a real Postgres, and searches every table for what was known of them.
import { randomUUID } from "node:crypto";
import { OrderStatus, type Order } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { rowsWith } from "@animal-delivery/platform/testing/rows-with";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymiseCustomer } from "../src/app/anonymise-customer.ts";
import { closeCustomer } from "../src/app/close-customer.ts";
import {
  CUSTOMER,
  DELIVERY,
  deliveryTells,
  DISPATCHER,
  givenOrder,
  givenProduct,
  orderOf,
  startOrders,
  type Orders,
} from "./setup.ts";

/** What stands in every personal field of an order, in whatever spelling a database may show it. */
const CANARY = "kanarienvogel";
const PHONE = "+4915199887766";
const LATITUDE = 48.123_456;
const PERSONAL = [CANARY, PHONE.slice(1), String(LATITUDE)];

let service: Orders;
let productId: string;
beforeAll(async () => {
  service = await startOrders();
  ({ productId } = await givenProduct(service, { stock: 100_000 }));
});
afterAll(() => service[Symbol.asyncDispose]());

describe("AnonymiseOrders", () => {
  it("leaves no word, name, phone, address or coordinate of the person in any table", async () => {
    const { customerId, client } = givenCustomer();
    await givenCancelled(client);
    await givenDelivered(client);
    expect(await rowsWith(service.db, PERSONAL)).toMatchObject({ orders: 2, idempotency: 4, order_history: 1 });

    await erase(customerId);

    expect(await rowsWith(service.db, PERSONAL)).toEqual({});
  });

  it("keeps what the books need, for whoever reads the order", async () => {
    const { customerId, client } = givenCustomer();
    const before = await givenCancelled(client);

    await erase(customerId);

    const { order } = await service.orders(DISPATCHER).getOrder({ orderId: before.orderId });
    const { pickup, dropOff, recipient, note, cancellation, history, ...kept } = order!;
    const { pickup: _p, dropOff: _d, recipient: _r, note: _n, cancellation: wish, history: steps, ...books } = before;
    expect(kept).toEqual(books);
    expect(pickup).toMatchObject({ street: "", city: "", postalCode: "", country: "DE", latitude: 0, longitude: 0 });
    expect(dropOff).toMatchObject({ street: "", city: "", postalCode: "", country: "AT", latitude: 0, longitude: 0 });
    expect([recipient?.name, recipient?.phone, note]).toEqual(["", "", ""]);
    expect(cancellation).toEqual({ ...wish, reason: "" });
    expect(history).toEqual(steps.map((step) => ({ ...step, reason: "" })));
    const { orders } = await service.orders(DISPATCHER).listOrders({ pageSize: 200 });
    expect(orders.map(({ orderId }) => orderId)).toContain(before.orderId);
  });

  it("keeps why a delivery failed, in the name that delivery gave", async () => {
    const { customerId, client } = givenCustomer();
    const { order } = await client.createOrder(canaryOrder());
    const { orderId } = order!;
    const deliveryId = randomUUID();
    await service.orders(DELIVERY).dispatchOrder({ orderId, deliveryId });
    await deliveryTells(service, { orderId, deliveryId }, "failed", "FAILURE_REASON_ANIMAL_UNFIT");

    await erase(customerId);

    const after = await service.orders(DISPATCHER).getOrder({ orderId });
    expect(after.order?.history.at(-1)).toMatchObject({ reason: "FAILURE_REASON_ANIMAL_UNFIT" });
  });

  it("takes what a dispatcher wrote about the orders of others, and leaves those otherwise as they were", async () => {
    const dispatcher = userGrant({ subject: randomUUID(), roles: ["dispatcher"], relations: ["any"] });
    const { orderId } = await givenOrder(service, productId);
    await service.orders(dispatcher).cancelOrder({ orderId, reason: CANARY });
    const { order: before } = await service.orders(CUSTOMER).getOrder({ orderId });

    await erase(dispatcher.caller.actor);

    const { order } = await service.orders(CUSTOMER).getOrder({ orderId });
    expect(order?.cancellation?.reason).toBe("");
    expect(order?.history.at(-1)).toMatchObject({ actor: dispatcher.caller.actor, reason: "" });
    expect(order).toMatchObject({ recipient: before?.recipient, pickup: before?.pickup, note: before?.note });
  });

  it("leaves the orders, words and stored answers of everybody else", async () => {
    const { customerId, client } = givenCustomer();
    await givenCancelled(client);
    const headers = { "idempotency-key": randomUUID() };
    const { order } = await service.orders(CUSTOMER).createOrder(orderOf([productId, 1]), { headers });
    await service.orders(CUSTOMER).cancelOrder({ orderId: order!.orderId, reason: "moving" });
    const before = await service.orders(CUSTOMER).getOrder({ orderId: order!.orderId });

    await erase(customerId);

    expect(await service.orders(CUSTOMER).getOrder({ orderId: order!.orderId })).toEqual(before);
    const again = await service.orders(CUSTOMER).createOrder(orderOf([productId, 1]), { headers });
    expect(again.order).toEqual(order);
  });

  it("makes no order of a repetition whose answer it forgot", async () => {
    const { customerId, client } = givenCustomer();
    const headers = { "idempotency-key": randomUUID() };
    const { order } = await client.createOrder(canaryOrder(), { headers });
    await client.cancelOrder({ orderId: order!.orderId, reason: "moving" });
    await erase(customerId);

    const refusal = await refusalOf(client.createOrder(canaryOrder(), { headers }));

    expect(refusal.reason).toBe("CUSTOMER_CLOSED");
  });

  it("takes more orders than one batch, goes on where an attempt was cut short, and may come again", async () => {
    const { customerId } = givenCustomer();
    await givenMany(customerId, 1_200);
    const cut = service.db.transaction(async (tx) => {
      await anonymiseCustomer(tx, customerId);
      throw new Error("the process ends here");
    });
    await expect(cut).rejects.toThrow("the process ends here");
    expect(await unfinished(customerId)).toBe(0);

    await Promise.all([erase(customerId), erase(customerId)]);

    expect(await rowsWith(service.db, PERSONAL)).toEqual({});
  });

  it("does not deadlock with customers who delete the same orders", async () => {
    const { customerId, client } = givenCustomer();
    const orders = await Promise.all(Array.from({ length: 20 }, () => givenCancelled(client)));

    const deleting = orders.map(({ orderId }) => client.deleteOrder({ orderId }));
    await Promise.all([erase(customerId), ...deleting]);

    expect((await client.listOrders({})).orders).toEqual([]);
    expect(await rowsWith(service.db, PERSONAL)).toEqual({});
  });
});

type OrderClient = ReturnType<Orders["orders"]>;

function givenCustomer() {
  const customerId = randomUUID();
  return { customerId, client: service.orders(userGrant({ subject: customerId })) };
}

function canaryOrder() {
  const address = { street: CANARY, city: CANARY, postalCode: CANARY, latitude: LATITUDE, longitude: LATITUDE };
  return {
    ...orderOf([productId, 1]),
    pickup: { ...address, country: "DE" },
    dropOff: { ...address, country: "AT" },
    recipient: { name: CANARY, phone: PHONE },
    note: CANARY,
  };
}

/** An order cancelled in the customer's words, each answer stored. */
async function givenCancelled(client: OrderClient): Promise<Order> {
  const { order: placed } = await client.createOrder(canaryOrder(), keyed());
  const { order } = await client.cancelOrder({ orderId: placed!.orderId, reason: CANARY }, keyed());
  expect(order?.status).toBe(OrderStatus.CANCELLED);
  return order!;
}

/** An order handed over, its addresses in the answer that the service delivery was given. */
async function givenDelivered(client: OrderClient): Promise<void> {
  const { order } = await client.createOrder(canaryOrder(), keyed());
  const { orderId } = order!;
  const deliveryId = randomUUID();
  await service.orders(DELIVERY).dispatchOrder({ orderId, deliveryId }, keyed());
  await deliveryTells(service, { orderId, deliveryId }, "pickedUp");
  await deliveryTells(service, { orderId, deliveryId }, "completed");
}

/** Delivered orders with personal data, written at once. */
async function givenMany(customerId: string, orders: number): Promise<void> {
  await service.db.query(
    "given_many",
    `insert into orders (order_id, customer_id, status, total_minor, currency, pickup, drop_off, recipient, note, placed_at,
                         updated_at, version)
     select gen_random_uuid(), $1, 'delivered', 1, 'EUR', $2::jsonb, $2::jsonb, $2::jsonb, $3, now(), now(), 1
       from generate_series(1, $4::int)`,
    [customerId, JSON.stringify({ name: CANARY, country: "DE" }), CANARY, orders],
  );
}

async function unfinished(customerId: string): Promise<number> {
  const { rowCount } = await service.db.query(
    "unfinished",
    "select from orders where customer_id = $1 and anonymised_at is null",
    [customerId],
  );
  return rowCount;
}

function keyed() {
  return { headers: { "idempotency-key": randomUUID() } };
}

/** What the saga does, in the order in which it does it. */
async function erase(customerId: string): Promise<void> {
  await service.db.transaction((tx) => closeCustomer(tx, customerId));
  await service.db.transaction((tx) => anonymiseCustomer(tx, customerId));
}
