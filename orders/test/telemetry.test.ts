// Drives every RPC about orders with all its spans and with log lines from debug on: no word of a person is in any of them.
import { randomUUID } from "node:crypto";
import { errorOf, refusalOf } from "@animal-delivery/platform/testing/refusal";
import { spanTelemetry } from "@animal-delivery/platform/testing/spans";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymiseCustomer } from "../src/app/anonymise-customer.ts";
import { CUSTOMER, DELIVERY, deliveryTells, DISPATCHER, givenProduct, orderOf, startOrders } from "./setup.ts";

/** What stands in every personal field. */
const CANARY = "kanarienvogel";
const PHONE = "+4915199887766";
const LATITUDE = 48.123_456;
const PERSONAL = new RegExp(`${CANARY}|${PHONE.slice(1)}|${LATITUDE}`, "i");

const telemetry = spanTelemetry("orders");
const starting = startOrders(telemetry);
let productId: string;
beforeAll(async () => {
  ({ productId } = await givenProduct(await starting, { stock: 100 }));
});
afterAll(async () => (await starting)[Symbol.asyncDispose]());

describe("the log and the traces of orders", () => {
  it("name nobody while an order lives and is anonymised", async () => {
    const service = await starting;
    const client = service.orders(CUSTOMER);
    const headers = { "idempotency-key": randomUUID() };
    const { order } = await client.createOrder(canaryOrder(), { headers });
    await client.createOrder(canaryOrder(), { headers });
    const { orderId } = order!;
    const deliveryId = randomUUID();
    await service.orders(DELIVERY).dispatchOrder({ orderId, deliveryId });
    await client.cancelOrder({ orderId, reason: CANARY });
    await deliveryTells(service, { orderId, deliveryId }, "cancelled");
    await refusalOf(client.cancelOrder({ orderId, reason: CANARY }));
    await client.getOrder({ orderId });
    await service.orders(DISPATCHER).listOrders({});
    await service.db.transaction((tx) => anonymiseCustomer(tx, CUSTOMER.caller.actor));

    expectNobodyNamed();
  });

  it("name nobody when a request breaks a rule of the contract", async () => {
    const client = (await starting).orders(CUSTOMER);
    const broken = { ...canaryOrder(), recipient: { name: CANARY, phone: CANARY } };

    expect((await refusalOf(client.createOrder(broken))).reason).toBe("REQUEST_INVALID");

    expectNobodyNamed();
  });

  it.each([
    ["breaks a rule of the table", "alter table orders add constraint rule check (note <> 'kanarienvogel') not valid"],
    [
      "is no number, which the database says with the value",
      "alter table orders drop constraint rule, add check (note::integer > 0) not valid",
    ],
  ])("name nobody when a value %s", async (_, change) => {
    const service = await starting;
    await service.db.query("change", change);

    const error = await errorOf(service.orders(CUSTOMER).createOrder(canaryOrder()));

    expect(error.rawMessage).toBe("internal error");
    expectNobodyNamed();
  });
});

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

function expectNobodyNamed(): void {
  expect(telemetry.lines.length).toBeGreaterThan(0);
  expect(telemetry.lines.filter((line) => PERSONAL.test(JSON.stringify(line)))).toEqual([]);
  expect(telemetry.spans().length).toBeGreaterThan(0);
  expect(telemetry.spans().filter((span) => PERSONAL.test(JSON.stringify(span)))).toEqual([]);
}
