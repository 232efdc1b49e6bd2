// Drives OrderService.CreateOrder through its RPC surface against a real Postgres; only the network is in memory.
import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import { OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { isCheckViolation } from "@animal-delivery/platform/db/violations";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
  CUSTOMER,
  eventsOf,
  givenOrder,
  givenProduct,
  kitten,
  orderOf,
  OTHER_CUSTOMER,
  startOrders,
  stockOf,
  type Orders,
} from "./setup.ts";

let service: Orders;
beforeAll(async () => {
  service = await startOrders();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("CreateOrder", () => {
  it("places the order, takes the stock and tells the event", async () => {
    const kittens = await givenProduct(service, { stock: 5, price: { amountMinor: 95_000n, currency: "EUR" } });
    const dogs = await givenProduct(service, {
      title: "Puppy",
      stock: 3,
      price: { amountMinor: 33_333n, currency: "EUR" },
      animal: { ...kitten().animal, species: Species.DOG },
    });
    const wish = orderOf([dogs.productId, 3], [kittens.productId, 2]);

    const { order } = await service.orders(CUSTOMER).createOrder(wish);

    expect(order).toMatchObject({
      customerId: "customer-1",
      status: OrderStatus.PLACED,
      total: { amountMinor: 289_999n, currency: "EUR" },
      items: [
        { productId: dogs.productId, title: "Puppy", animal: dogs.animal, unitPrice: dogs.price, quantity: 3 },
        {
          productId: kittens.productId,
          title: kittens.title,
          animal: kittens.animal,
          unitPrice: kittens.price,
          quantity: 2,
        },
      ],
      pickup: wish.pickup,
      dropOff: { ...wish.dropOff, postalCode: "" },
      recipient: wish.recipient,
      note: wish.note,
      deliveryId: "",
      history: [{ status: OrderStatus.PLACED, actor: "customer-1", reason: "" }],
    });
    expect(order?.cancellation).toBeUndefined();
    expect([await stockOf(service, kittens.productId), await stockOf(service, dogs.productId)]).toEqual([3, 0]);
    expect((await service.orders(CUSTOMER).getOrder({ orderId: order!.orderId })).order).toEqual(order);

    const [created, ...more] = await eventsOf(service.db, order!.orderId);
    expect(more).toEqual([]);
    expect(created).toMatchObject({ type: "OrderCreated", version: 1n });
    expect(fromBinary(OrderCreatedSchema, created!.payload)).toMatchObject({
      orderId: order!.orderId,
      customerId: "customer-1",
      items: [
        { productId: dogs.productId, quantity: 3 },
        { productId: kittens.productId, quantity: 2 },
      ],
      totalMinor: 289_999n,
      currency: "EUR",
    });
  });

  it("keeps price, title and animal of the moment when the product changes", async () => {
    const product = await givenProduct(service);
    const { orderId } = await givenOrder(service, product.productId);

    await service.products(ADMIN).updateProduct({
      product: {
        ...kitten({ title: "Dearer", price: { amountMinor: 1n, currency: "USD" } }),
        productId: product.productId,
      },
      updateMask: { paths: ["title", "price"] },
    });

    const { order } = await service.orders(CUSTOMER).getOrder({ orderId });
    expect(order?.items[0]).toMatchObject({ title: product.title, unitPrice: product.price });
  });

  it("writes nothing personal into the event", async () => {
    const { productId } = await givenProduct(service);
    const { orderId } = await givenOrder(service, productId);

    const { rows } = await service.db.query<{ record: string }>(
      "outbox_row",
      "select encode(value, 'escape') || headers::text as record from outbox where key = $1",
      [orderId],
    );

    expect(rows[0]?.record).toContain("customer-1");
    expect(rows[0]?.record).not.toMatch(/Anna|Schmidt|4915112345678|Gartenweg|Tierheim|Potsdam|Berlin|shy/);
  });

  it("refuses more than is in stock, and takes nothing of the other items either", async () => {
    const plenty = await givenProduct(service, { stock: 9 });
    const scarce = await givenProduct(service, { stock: 2 });

    const refusal = await refusalOf(
      service.orders(CUSTOMER).createOrder(orderOf([plenty.productId, 1], [scarce.productId, 3])),
    );

    expect(refusal).toMatchObject({
      kind: "refused",
      reason: "STOCK_SHORT",
      metadata: { product_id: scarce.productId, stock: "2" },
    });
    expect([await stockOf(service, plenty.productId), await stockOf(service, scarce.productId)]).toEqual([9, 2]);
  });

  it("refuses a product that nobody lists", async () => {
    const { productId } = await givenProduct(service);
    const unknown = randomUUID();

    const refusal = await refusalOf(service.orders(CUSTOMER).createOrder(orderOf([productId, 1], [unknown, 1])));

    expect(refusal).toMatchObject({
      kind: "notFound",
      reason: "PRODUCT_NOT_FOUND",
      metadata: { product_id: unknown },
    });
    expect(await stockOf(service, productId)).toBe(5);
  });

  it("refuses items priced in different currencies and takes no stock", async () => {
    const euros = await givenProduct(service);
    const dollars = await givenProduct(service, { price: { amountMinor: 1n, currency: "USD" } });

    const refusal = await refusalOf(
      service.orders(CUSTOMER).createOrder(orderOf([euros.productId, 1], [dollars.productId, 1])),
    );

    expect(refusal).toMatchObject({ kind: "refused", reason: "CURRENCY_MIXED", metadata: { currencies: "EUR,USD" } });
    expect(await stockOf(service, euros.productId)).toBe(5);
  });

  it("refuses one product in two items, also when its id is spelled in two ways", async () => {
    const { productId } = await givenProduct(service);

    for (const twin of [productId, productId.toUpperCase()]) {
      const refusal = await refusalOf(service.orders(CUSTOMER).createOrder(orderOf([productId, 1], [twin, 1])));
      expect(refusal).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
    }
    expect(await stockOf(service, productId)).toBe(5);
  });

  it("takes a product by its id in capitals", async () => {
    const { productId } = await givenProduct(service);

    const order = await givenOrder(service, productId.toUpperCase());

    expect(order.items[0]?.productId).toBe(productId);
  });

  it("refuses a note that no database can hold", async () => {
    const { productId } = await givenProduct(service);
    const recipient = { ...orderOf().recipient, name: "An\u0000na" };

    for (const fields of [{ note: "a\u0000b" }, { recipient }]) {
      const refusal = await refusalOf(service.orders(CUSTOMER).createOrder({ ...orderOf([productId, 1]), ...fields }));
      expect(refusal).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
    }
    expect(await stockOf(service, productId)).toBe(5);
  });

  it("makes one order of twenty twins and gives each the same answer", async () => {
    const { productId } = await givenProduct(service, { stock: 50 });
    const headers = { "idempotency-key": randomUUID() };

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.orders(CUSTOMER).createOrder(orderOf([productId, 2]), { headers })),
    );

    for (const { order } of answers) expect(order).toEqual(answers[0]?.order);
    expect(await stockOf(service, productId)).toBe(48);
    expect(await ordersOf(productId)).toBe(1);
    expect(await eventsOf(service.db, answers[0]!.order!.orderId)).toHaveLength(1);
  });

  it("refuses a key that came with another order, and knows the keys of each caller apart", async () => {
    const { productId } = await givenProduct(service);
    const headers = { "idempotency-key": randomUUID() };
    await service.orders(CUSTOMER).createOrder(orderOf([productId, 1]), { headers });

    const reused = await refusalOf(service.orders(CUSTOMER).createOrder(orderOf([productId, 2]), { headers }));
    const { order } = await service.orders(OTHER_CUSTOMER).createOrder(orderOf([productId, 1]), { headers });

    expect(reused).toMatchObject({ kind: "keyReused", reason: "IDEMPOTENCY_KEY_REUSED" });
    expect(order?.customerId).toBe("customer-2");
    expect(await stockOf(service, productId)).toBe(3);
  });

  it("sells exactly the stock when four times as many want it at once", async () => {
    const { productId } = await givenProduct(service, { stock: 50 });
    const wishes = Array.from({ length: 200 }, () => service.orders(CUSTOMER).createOrder(orderOf([productId, 1])));

    const outcomes = await Promise.allSettled(wishes);

    const placed = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(placed).toHaveLength(50);
    const short = wishes.filter((_, index) => outcomes[index]?.status === "rejected");
    for (const wish of short) {
      expect(await refusalOf(wish)).toMatchObject({ reason: "STOCK_SHORT", metadata: { stock: "0" } });
    }
    expect(await stockOf(service, productId)).toBe(0);
    expect(await ordersOf(productId)).toBe(50);
  });

  it("cannot make the stock negative: the database refuses it", async () => {
    const { productId } = await givenProduct(service, { stock: 1 });

    const error = await service.db
      .query("oversell", "update products set stock = stock - 2 where product_id = $1", [productId])
      .then(
        () => undefined,
        (error: unknown) => error,
      );

    expect(isCheckViolation(error, "products_stock_not_negative")).toBe(true);
  });

  it("does not deadlock when orders take the same products in crossing order", async () => {
    const a = await givenProduct(service, { stock: 100 });
    const b = await givenProduct(service, { stock: 100 });
    const there = orderOf([a.productId, 1], [b.productId, 1]);
    const back = orderOf([b.productId, 1], [a.productId, 1]);

    await Promise.all(
      Array.from({ length: 60 }, (_, index) => service.orders(CUSTOMER).createOrder(index % 2 ? there : back)),
    );

    expect([await stockOf(service, a.productId), await stockOf(service, b.productId)]).toEqual([40, 40]);
  });

  it("counts orders and statuses once they are committed", async () => {
    const { productId } = await givenProduct(service, { stock: 1 });
    const before = await counts();

    await givenOrder(service, productId);
    await refusalOf(givenOrder(service, productId));

    const after = await counts();
    expect(after.created - before.created).toBe(1);
    expect(after.placed - before.placed).toBe(1);
  });
});

async function ordersOf(productId: string): Promise<number> {
  const { rows } = await service.db.query<{ count: string }>(
    "orders_of",
    "select count(*) from orders join order_items using (order_id) where product_id = $1",
    [productId],
  );
  return Number(rows[0]?.count);
}

async function counts(): Promise<{ created: number; placed: number }> {
  const { registry } = service.telemetry.meters;
  const created = await registry.getSingleMetric("orders_created_total")?.get();
  const statuses = await registry.getSingleMetric("orders_status_total")?.get();
  const placed = statuses?.values.find(({ labels }) => labels["status"] === "placed");
  return { created: created?.values[0]?.value ?? 0, placed: placed?.value ?? 0 };
}
