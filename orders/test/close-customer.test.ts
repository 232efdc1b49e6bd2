// Closes, opens and anonymises customers against a real Postgres, beside orders that come over RPC.
import { randomUUID } from "node:crypto";
import { ConnectError } from "@connectrpc/connect";
import { OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { fromConnectError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeCustomer } from "../src/app/close-customer.ts";
import { reopenCustomer } from "../src/app/reopen-customer.ts";
import {
  CUSTOMER,
  deliveryTells,
  givenDispatched,
  givenOrder,
  givenProduct,
  orderOf,
  startOrders,
  stockOf,
  type Orders,
} from "./setup.ts";

const ROUNDS = 200;

/** Races at once. */
const LANES = 5;

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

let service: Orders;
let productId: string;
beforeAll(async () => {
  service = await startOrders();
  ({ productId } = await givenProduct(service, { stock: 100_000 }));
});
afterAll(() => service[Symbol.asyncDispose]());

describe("CloseCustomer", () => {
  it("lets the customer place no more orders, and takes no stock for them", async () => {
    const { customerId, client } = givenCustomer();
    await close(customerId);
    const before = await stockOf(service, productId);

    const refusal = await refusalOf(client.createOrder(orderOf([productId, 1])));

    expect(refusal).toMatchObject({
      kind: "refused",
      reason: "CUSTOMER_CLOSED",
      metadata: { customer_id: customerId },
    });
    expect(await stockOf(service, productId)).toBe(before);
    expect((await client.listOrders({})).orders).toEqual([]);
  });

  it("leaves every other customer as they are", async () => {
    await close(randomUUID());

    expect((await givenOrder(service, productId)).status).toBe(OrderStatus.PLACED);
  });

  it("may come again", async () => {
    const { customerId } = givenCustomer();

    await close(customerId);

    await expect(close(customerId)).resolves.toBeUndefined();
  });

  it("is refused while an order is under way, until the last one has come to its end", async () => {
    const { customerId, client } = givenCustomer();
    const { order: first } = await client.createOrder(orderOf([productId, 1]));
    const { order: second } = await client.createOrder(orderOf([productId, 1]));
    await client.cancelOrder({ orderId: first!.orderId, reason: "moving" });

    await expect(close(customerId)).rejects.toMatchObject({
      kind: "refused",
      reason: "CUSTOMER_BUSY",
      metadata: { order_id: second!.orderId },
    });
    await client.cancelOrder({ orderId: second!.orderId, reason: "moving" });
    await expect(close(customerId)).resolves.toBeUndefined();
  });

  it.each([["dispatched", []] as const, ["in transit", ["pickedUp"]] as const])(
    "is refused while an order is %s",
    async (_, news) => {
      const dispatched = await givenDispatched(service, productId);
      for (const one of news) await deliveryTells(service, dispatched, one);

      await expect(close(CUSTOMER.caller.actor)).rejects.toMatchObject({ reason: "CUSTOMER_BUSY" });
    },
  );

  it("waits for an order that is being placed, and is refused then", async () => {
    const { customerId, client } = givenCustomer();
    const scarce = await givenProduct(service);
    const gate = Promise.withResolvers<void>();
    const holding = service.db.transaction(async (tx) => {
      await tx.query("hold", "select from products where product_id = $1 for update", [scarce.productId]);
      await gate.promise;
    });
    const placing = client.createOrder(orderOf([scarce.productId, 1]));
    await expect.poll(waitingForLock, SOON).toBe(1);

    const closing = close(customerId);
    await expect.poll(waitingForLock, SOON).toBe(2);
    gate.resolve();

    await expect(closing).rejects.toMatchObject({ reason: "CUSTOMER_BUSY" });
    expect((await placing).order?.status).toBe(OrderStatus.PLACED);
    await holding;
  });

  it("makes an order wait that comes meanwhile, and refuses it then", async () => {
    const { customerId, client } = givenCustomer();
    const gate = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const closing = service.db.transaction(async (tx) => {
      await closeCustomer(tx, customerId);
      locked.resolve();
      await gate.promise;
    });
    await locked.promise;
    const refusal = refusalOf(client.createOrder(orderOf([productId, 1])));
    await expect.poll(waitingForLock, SOON).toBe(1);

    gate.resolve();

    expect((await refusal).reason).toBe("CUSTOMER_CLOSED");
    await closing;
  });

  it(`never closes a customer with an order under way, in ${ROUNDS} races with orders placed meanwhile`, async () => {
    const products = await Promise.all(Array.from({ length: LANES }, () => givenProduct(service, { stock: ROUNDS })));
    const lanes = products.map(async (product, lane) => {
      const ends: RaceEnd[] = [];
      for (let round = lane; round < ROUNDS; round += LANES) ends.push(await race(product.productId, round % 7));
      return ends;
    });
    const ends = (await Promise.all(lanes)).flat();

    expect(ends.filter(({ closed, placed }) => closed && placed > 0)).toEqual([]);
    expect(ends.filter(({ closed, placed }) => !closed && placed === 0)).toEqual([]);
    expect(ends.filter(({ placed, listed }) => placed !== listed)).toEqual([]);
    expect(ends).toHaveLength(ROUNDS);
    // Both come about, or it was no race.
    expect(new Set(ends.map(({ closed }) => closed)).size).toBe(2);
  });
});

describe("ReopenCustomer", () => {
  it("lets a closed customer place orders again", async () => {
    const { customerId, client } = givenCustomer();
    await close(customerId);

    await reopen(customerId);

    const { order } = await client.createOrder(orderOf([productId, 1]));
    expect(order?.status).toBe(OrderStatus.PLACED);
  });

  it("tolerates a customer who was never closed", async () => {
    await expect(reopen(randomUUID())).resolves.toBeUndefined();
  });
});

interface RaceEnd {
  readonly closed: boolean;
  /** Orders that were answered, and those that are there. */
  readonly placed: number;
  readonly listed: number;
}

/** Two orders at once, and a closing that begins some statements after them. */
async function race(productId: string, head: number): Promise<RaceEnd> {
  const { customerId, client } = givenCustomer();
  const order = () => reasonOf(client.createOrder(orderOf([productId, 1])));
  const closeLater = async () => {
    for (let n = 0; n < head; n++) await service.db.query("head", "select 1");
    return reasonOf(close(customerId));
  };
  const [closing, ...placing] = await Promise.all([closeLater(), order(), order()]);

  expect([undefined, "CUSTOMER_BUSY"]).toContain(closing);
  for (const reason of placing) expect([undefined, "CUSTOMER_CLOSED"]).toContain(reason);
  const { orders } = await client.listOrders({});
  const placed = placing.filter((reason) => reason === undefined).length;
  return { closed: closing === undefined, placed, listed: orders.length };
}

/** Why it was refused; undefined when it went well. */
function reasonOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof DomainError ? error : fromConnectError(ConnectError.from(error))).reason,
  );
}

/** How many statements wait for a lock. */
async function waitingForLock(): Promise<number> {
  const { rows } = await service.db.query<{ n: number }>(
    "waiting",
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]?.n ?? 0;
}

function givenCustomer() {
  const customerId = randomUUID();
  return { customerId, client: service.orders(userGrant({ subject: customerId })) };
}

function close(customerId: string): Promise<void> {
  return service.db.transaction((tx) => closeCustomer(tx, customerId));
}

function reopen(customerId: string): Promise<void> {
  return service.db.transaction((tx) => reopenCustomer(tx, customerId));
}
