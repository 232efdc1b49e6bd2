// What must hold when many people do the same thing at once.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { at, textAt, type Api } from "../src/api.ts";
import { as } from "../src/people.ts";
import { expectStatus, givenDelivery, givenFreeCourier, givenOrder, givenProduct, orderDraft } from "../src/story.ts";

const target = inject("target");
let customer: Api;
let courier: Api;
let courier2: Api;
let dispatcher: Api;
let admin: Api;

beforeAll(async () => {
  [customer, courier, courier2, dispatcher, admin] = await Promise.all([
    as(target, "customer"),
    as(target, "courier"),
    as(target, "courier2"),
    as(target, "dispatcher"),
    as(target, "admin"),
  ]);
});

describe("200 orders at once for a stock of 50", () => {
  it("become exactly 50 orders, and the stock ends at 0 without ever being negative", async () => {
    const productId = await givenProduct(admin, 50);
    const snapshots: number[] = [];
    let ordering = true;
    const watch = (async () => {
      while (ordering) {
        snapshots.push(Number(at((await customer.get(`/v1/products/${productId}`)).body, "stock")));
      }
    })();

    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        customer.post("/v1/orders", orderDraft(productId), { idempotencyKey: randomUUID() }),
      ),
    );
    ordering = false;
    await watch;

    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 409)).toHaveLength(150);
    expect(at((await customer.get(`/v1/products/${productId}`)).body, "stock")).toBe(0);
    expect(Math.min(...snapshots)).toBeGreaterThanOrEqual(0);
  });
});

describe("an idempotency key", () => {
  it("makes one order of 20 twins, with the same answer for all", async () => {
    const productId = await givenProduct(admin, 50);
    const idempotencyKey = randomUUID();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => customer.post("/v1/orders", orderDraft(productId), { idempotencyKey })),
    );

    const orders = answers.map((answer) => expectStatus(answer, 201));
    expect(new Set(orders.map((order) => JSON.stringify(order))).size).toBe(1);
    expect(at((await customer.get(`/v1/products/${productId}`)).body, "stock")).toBe(49);
  });

  it("refuses another body with 422", async () => {
    const productId = await givenProduct(admin, 50);
    const idempotencyKey = randomUUID();
    expectStatus(await customer.post("/v1/orders", orderDraft(productId), { idempotencyKey }), 201);

    const other = await customer.post(
      "/v1/orders",
      { ...(orderDraft(productId) as Record<string, never>), note: "another" },
      { idempotencyKey },
    );

    expect(other.status).toBe(422);
    expect(textAt(other.body, "type")).toContain("idempotency-key-reused");
  });
});

describe("two assignments at once", () => {
  it("have one winner", async () => {
    const deliveryId = await givenDelivery(dispatcher, await givenOrder(customer, await givenProduct(admin)));
    await Promise.all([givenFreeCourier(courier, dispatcher), givenFreeCourier(courier2, dispatcher)]);

    const answers = await Promise.all(
      [courier, courier2].map((who) =>
        dispatcher.post(`/v1/deliveries/${deliveryId}:assignCourier`, { courier_id: who.subject }),
      ),
    );

    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 409]);
    const winner = textAt(answers.find((answer) => answer.status === 200)?.body ?? null, "courier_id");
    expect(textAt((await dispatcher.get(`/v1/deliveries/${deliveryId}`)).body, "courier_id")).toBe(winner);
  });
});
