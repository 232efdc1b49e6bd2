import { randomUUID } from "node:crypto";
import { array, assert, asyncProperty, constantFrom, nat, record, type Arbitrary } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBinary } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { Sex, Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import { deliveryIdOf } from "@animal-delivery/delivery/app/delivery-id";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { startTwoServices, type TwoServices } from "./fixtures/two-services.ts";

const ORDERS = 24;
const STOCK = 1_000;
const COURIERS = 12;
const QUIET = { timeout: 20_000, interval: 50 };

let services: TwoServices;
beforeAll(async () => {
  services = await startTwoServices();
});
afterAll(() => services[Symbol.asyncDispose]());

/** What people do; whatever they do is done or refused. */
const DEEDS = {
  start: ({ orderId }: Subject) => services.deliveries.startDelivery({ orderId }),
  startAndDie: ({ orderId }: Subject) => services.dyingDeliveries.startDelivery({ orderId }),
  cancelOrder: ({ orderId }: Subject) => services.orders.cancelOrder({ orderId, reason: "moved" }),
  cancelDelivery: ({ deliveryId }: Subject) => services.deliveries.cancelDelivery({ deliveryId, reason: "storm" }),
  assign: ({ deliveryId, courierId }: Subject) => services.deliveries.assignCourier({ deliveryId, courierId }),
  pickUp: ({ deliveryId }: Subject) => services.deliveries.pickUpDelivery({ deliveryId }),
  complete: ({ deliveryId }: Subject) => services.deliveries.completeDelivery({ deliveryId }),
  fail: ({ deliveryId }: Subject) =>
    services.deliveries.failDelivery({ deliveryId, reason: FailureReason.VEHICLE_FAILURE }),
  restart: ({ replica }: Subject) => services.restart(replica),
} as const;

interface Subject {
  readonly orderId: string;
  readonly deliveryId: string;
  readonly courierId: string;
  readonly replica: number;
}

/** Those that lead far are named more often. */
const OFTEN = [
  ...Array.from({ length: 8 }, () => ["start", "assign", "pickUp"] as const).flat(),
  ...(["startAndDie", "cancelOrder", "cancelOrder", "cancelDelivery"] as const),
  ...(["complete", "complete", "complete", "fail", "restart"] as const),
];

const deed = record({ what: constantFrom(...OFTEN), order: nat(ORDERS - 1), other: nat() });
type Deed = typeof deed extends Arbitrary<infer D> ? D : never;

/** What happens within a step happens at once. */
const steps = array(array(deed, { minLength: 8, maxLength: 20 }), { minLength: 12, maxLength: 20 });

/** Order, delivery and what became of the wish to cancel: the only ends there are. */
const ENDS = [
  "placed, no delivery, no wish",
  "cancelled, no delivery, granted",
  "dispatched, pending, no wish",
  "dispatched, assigned, no wish",
  "in_transit, picked_up, no wish",
  "in_transit, picked_up, refused",
  "delivered, delivered, no wish",
  "delivered, delivered, refused",
  "failed, failed, no wish",
  "failed, failed, refused",
  "cancelled, cancelled, no wish",
  "cancelled, cancelled, granted",
];

describe("orders and delivery", () => {
  it("agree on every order in the end and lose no animal, whatever happens at once and arrives twice", async () => {
    const property = asyncProperty(steps, async (deeds) => {
      const productId = await givenProduct();
      const orderIds = await Promise.all(
        Array.from({ length: ORDERS }, (_, index) => givenOrder(productId, index + 1)),
      );

      const courierIds = await Promise.all(Array.from({ length: COURIERS }, givenCourier));
      for (const step of deeds) await doAtOnce(step, orderIds, courierIds);
      await expect.poll(() => services.isQuiet(), QUIET).toBe(true);

      const stories = await Promise.all(orderIds.map((orderId) => storyOf(orderId)));
      for (const { end, histories, versions } of stories) {
        expect(ENDS).toContain(end);
        for (const history of histories) expect(history.slice(0, -1).filter((status) => FINAL.has(status))).toEqual([]);
        for (const each of versions) expect(each).toEqual(each.map((_, index) => index + 1));
      }
      const sold = stories
        .filter(({ end }) => !end.startsWith("cancelled"))
        .reduce((sum, { animals }) => sum + animals, 0);
      expect(await stockOf(productId)).toBe(STOCK - sold);
      expect(await parkedIn(services.ordersDb, services.deliveryDb)).toBe(0);
    });

    await assert(property, { numRuns: 5, endOnFailure: true });
  });
});

const FINAL = new Set(["delivered", "failed", "cancelled"]);

async function doAtOnce(
  step: readonly Deed[],
  orderIds: readonly string[],
  courierIds: readonly string[],
): Promise<void> {
  const outcomes = await Promise.allSettled(
    step.map(async ({ what, order, other }) => {
      const orderId = orderIds[order] ?? "";
      const courierId = courierIds[other % courierIds.length] ?? "";
      await DEEDS[what]({ orderId, deliveryId: deliveryIdOf(orderId), courierId, replica: other });
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    const { kind } = await refusalOf(Promise.reject(outcome.reason));
    expect(["refused", "notFound", "unavailable"]).toContain(kind);
  }
}

interface Story {
  readonly end: string;
  readonly animals: number;
  /** The statuses of the order and of its delivery. */
  readonly histories: readonly (readonly string[])[];
  /** The versions of the events of both. */
  readonly versions: readonly (readonly number[])[];
}

async function storyOf(orderId: string): Promise<Story> {
  const { ordersDb, deliveryDb } = services;
  const deliveryId = deliveryIdOf(orderId);
  const [order] = (
    await ordersDb.query<{ status: string; wish: string | null; animals: number; history: string[] }>(
      "story_of_order",
      `select status, cancellation_outcome as wish,
              (select sum(quantity)::int from order_items i where i.order_id = o.order_id) as animals,
              (select array_agg(h.status order by h.version) from order_history h where h.order_id = o.order_id) as history
         from orders o where order_id = $1`,
      [orderId],
    )
  ).rows;
  const [delivery] = (
    await deliveryDb.query<{ status: string; history: string[] }>(
      "story_of_delivery",
      `select status,
              (select array_agg(h.status order by h.version) from delivery_history h where h.delivery_id = d.delivery_id) as history
         from deliveries d where delivery_id = $1`,
      [deliveryId],
    )
  ).rows;
  return {
    end: `${order?.status}, ${delivery?.status ?? "no delivery"}, ${order?.wish ?? "no wish"}`,
    animals: order?.animals ?? 0,
    histories: [order?.history ?? [], delivery?.history ?? []],
    versions: await Promise.all([versionsOf(ordersDb, orderId), versionsOf(deliveryDb, deliveryId)]),
  };
}

async function versionsOf(db: Queryable, aggregateId: string): Promise<number[]> {
  const { rows } = await db.query<{ value: Buffer }>("events_of", "select value from outbox where key = $1", [
    aggregateId,
  ]);
  const versions = rows.map(({ value }) => Number(fromBinary(EventEnvelopeSchema, value).aggregateVersion));
  return versions.toSorted((a, b) => a - b);
}

async function parkedIn(...databases: Queryable[]): Promise<number> {
  const counts = databases.map((db) => db.query("parked", "select from inbox_parked"));
  return (await Promise.all(counts)).reduce((sum, { rowCount }) => sum + rowCount, 0);
}

async function stockOf(productId: string): Promise<number | undefined> {
  return (await services.products.getProduct({ productId })).product?.stock;
}

async function givenProduct(): Promise<string> {
  const kitten = { species: Species.CAT, breed: "Siberian", sex: Sex.FEMALE, ageWeeksMin: 12, ageWeeksMax: 16 };
  const { product } = await services.products.createProduct({
    product: {
      title: "Kitten",
      animal: { ...kitten, weightGrams: 1_500 },
      price: { amountMinor: 95_000n, currency: "EUR" },
      stock: STOCK,
    },
  });
  return product?.productId ?? "";
}

async function givenCourier(): Promise<string> {
  const courierId = randomUUID();
  await services.couriers.registerCourier({ courierId, displayName: "Boris K." });
  await services.couriers.setAvailability({ courierId, availability: Availability.AVAILABLE });
  return courierId;
}

async function givenOrder(productId: string, quantity: number): Promise<string> {
  const place = { postalCode: "13057", country: "DE", latitude: 52.5, longitude: 13.5 };
  const { order } = await services.orders.createOrder({
    items: [{ productId, quantity }],
    pickup: { ...place, street: "Am Tierheim 1", city: "Berlin" },
    dropOff: { ...place, street: "Gartenweg 7", city: "Potsdam" },
    recipient: { name: "Anna Schmidt", phone: "+4915112345678" },
  });
  return order?.orderId ?? "";
}
