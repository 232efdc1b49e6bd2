// Runs the steps that orders takes in a deletion as sagas ask for them: by commands on a real log bus.
import { randomUUID } from "node:crypto";
import {
  AnonymiseOrdersSchema,
  CloseCustomerSchema,
  ReopenCustomerSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_commands_pb";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { testSaga } from "@animal-delivery/platform/testing/test-saga";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOrders } from "../src/service.ts";
import { givenProduct, orderOf, startOrders, type Orders } from "./setup.ts";

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

const open = new AsyncDisposableStack();
let service: Orders;
let bus: TestBus;
let productId: string;

beforeAll(async () => {
  service = open.use(await startOrders());
  bus = open.use(await testBus());
  ({ productId } = await givenProduct(service));
  const stop = new AbortController();
  const { tasks } = createOrders({}, { telemetry: testTelemetry("orders"), db: service.db, bus });
  const ended = Promise.all(tasks.map((task) => task.run(stop.signal)));
  open.defer(async () => {
    stop.abort();
    await ended;
  });
});
afterAll(() => open.disposeAsync());

describe("the step customer", () => {
  it("closes the customer, however often it is asked for, and opens them again", async () => {
    const { userId, client } = somebody();
    const saga = someSaga();

    await saga.send("do", CloseCustomerSchema, { userId });
    await saga.send("do", CloseCustomerSchema, { userId });
    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do done", "2 do done"]);
    expect((await refusalOf(client.createOrder(orderOf([productId, 1])))).reason).toBe("CUSTOMER_CLOSED");

    await saga.send("undo", ReopenCustomerSchema, { userId });
    await saga.send("undo", ReopenCustomerSchema, { userId });
    await expect.poll(() => saga.answers(), SOON).toHaveLength(4);
    expect((await saga.answers()).slice(2)).toEqual(["3 undo done", "4 undo done"]);
    await client.createOrder(orderOf([productId, 1]));
  });

  it("is refused while an order is under way, and can be undone all the same", async () => {
    const { userId, client } = somebody();
    await client.createOrder(orderOf([productId, 1]));
    const saga = someSaga();

    await saga.send("do", CloseCustomerSchema, { userId });
    await saga.send("undo", ReopenCustomerSchema, { userId });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do refused CUSTOMER_BUSY", "2 undo done"]);
    await client.createOrder(orderOf([productId, 1]));
  });

  it("does not happen after its undo", async () => {
    const { userId, client } = somebody();
    const saga = someSaga();

    await saga.send("undo", ReopenCustomerSchema, { userId });
    await saga.send("do", CloseCustomerSchema, { userId });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 undo done", "2 do refused STEP_LATE"]);
    await client.createOrder(orderOf([productId, 1]));
  });
});

describe("the step orders", () => {
  it("anonymises the orders of a closed customer, however often it is asked for", async () => {
    const { userId, client } = somebody();
    const { order } = await client.createOrder(orderOf([productId, 1]));
    await client.cancelOrder({ orderId: order!.orderId, reason: "We are moving house" });
    const saga = someSaga();

    await saga.send("do", CloseCustomerSchema, { userId });
    await saga.send("do", AnonymiseOrdersSchema, { userId });
    await saga.send("do", AnonymiseOrdersSchema, { userId });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do done", "2 do done", "3 do done"]);
    const after = await client.getOrder({ orderId: order!.orderId });
    expect(after.order).toMatchObject({ note: "", recipient: { name: "" }, cancellation: { reason: "" } });
  });

  it("does nothing about somebody who never ordered", async () => {
    const saga = someSaga();

    await saga.send("do", AnonymiseOrdersSchema, { userId: randomUUID() });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do done"]);
  });
});

function someSaga() {
  return testSaga("orders", { bus, db: service.db });
}

function somebody() {
  const userId = randomUUID();
  return { userId, client: service.orders(userGrant({ subject: userId })) };
}
