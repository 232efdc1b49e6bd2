// Anonymises people against a real PostgreSQL, and searches every table for what was known of them.
import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryStatus, FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { rowsWith } from "@animal-delivery/platform/testing/rows-with";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymisePerson } from "../src/app/anonymise-person.ts";
import { closePerson } from "../src/app/close-person.ts";
import { courierGrant, givenDeliveryService, selfGrant, type DeliveryFixture } from "./fixture.ts";

/** What the orders' stub puts into every personal field of an order, in whatever spelling a database may show it. */
const OF_CUSTOMER = ["Anna Schmidt", "4915112345678", "Gartenweg", "Am Tierheim", "Berlin", "13057", "She is shy"];

/** The courier's name and words, and where they were. */
const OF_COURIER = ["kanarienvogel", "48.123456"];

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("AnonymiseDeliveries", () => {
  it("leaves nothing of a customer in any table but the journey's facts", async () => {
    const own = await givenDeliveryService();
    const { deliveryId } = await givenJourney(own, "customer");
    const found = await rowsWith(own.db, [...OF_CUSTOMER, "48.123456"]);
    expect(found).toMatchObject({ deliveries: 1, positions: 2, idempotency: 4 });

    await erase(own, "customer");

    expect(await rowsWith(own.db, [...OF_CUSTOMER, "48.123456"])).toEqual({});
    const { delivery } = await own.dispatcher.deliveries.getDelivery({ deliveryId });
    expect(delivery).toMatchObject({
      customerId: "customer",
      status: DeliveryStatus.FAILED,
      failureReason: FailureReason.ANIMAL_UNFIT,
      pickup: { street: "", city: "", postalCode: "", country: "DE", latitude: 0, longitude: 0 },
      recipient: { name: "", phone: "" },
      note: "",
      cargo: [{ quantity: 2, animal: { breed: "Chartreux" } }],
    });
    expect(delivery?.history.map(({ reason }) => reason)).toEqual(["", "", "", ""]);
    await own[Symbol.asyncDispose]();
  });

  it("leaves nothing of a courier in any table, and what is the customer's as it was", async () => {
    const own = await givenDeliveryService();
    const { deliveryId, courierId } = await givenJourney(own, "customer");
    const { delivery: before } = await own.dispatcher.deliveries.getDelivery({ deliveryId });
    const found = await rowsWith(own.db, OF_COURIER);
    expect(found).toMatchObject({ couriers: 1, positions: 2, delivery_history: 1, idempotency: 3 });

    await erase(own, courierId);

    expect(await rowsWith(own.db, OF_COURIER)).toEqual({});
    const { delivery } = await own.dispatcher.deliveries.getDelivery({ deliveryId });
    const history = before?.history.map((step) => ({ ...step, reason: "" }));
    expect(delivery).toEqual({ ...before, history });
    expect(delivery?.courierId).toBe(courierId);
    const status = await own.dispatcher.deliveries.getDeliveryStatus({ deliveryId });
    expect(status.lastPosition).toBeUndefined();
    await own[Symbol.asyncDispose]();
  });

  it("puts the courier off duty, tells so once, and shows their profile to nobody", async () => {
    const courierId = await service.givenCourier();
    await erase(service, courierId);
    await erase(service, courierId);

    const { couriers } = service.dispatcher;
    expect((await refusalOf(couriers.getCourier({ courierId }))).reason).toBe("COURIER_NOT_FOUND");
    expect((await couriers.listCouriers({})).couriers.map((courier) => courier.courierId)).not.toContain(courierId);
    const again = service.as(selfGrant(courierId)).couriers.registerCourier({ displayName: "B" });
    expect((await refusalOf(again)).reason).toBe("PERSON_CLOSED");
    expect((await service.eventsOf(courierId)).map(({ type }) => type)).toEqual([
      "delivery.v1.CourierRegistered",
      "delivery.v1.CourierAvailabilityChanged",
      "delivery.v1.CourierAvailabilityChanged",
    ]);
  });

  it("takes what a dispatcher wrote about anybody's delivery", async () => {
    const dispatcher = userGrant({ subject: randomUUID(), roles: ["dispatcher"], relations: ["any"] });
    const deliveryId = await service.givenDelivery("somebody");
    await service.as(dispatcher).deliveries.cancelDelivery({ deliveryId, reason: "no vehicle" });

    await erase(service, dispatcher.caller.actor);

    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    expect(delivery?.history.at(-1)).toMatchObject({ actor: dispatcher.caller.actor, reason: "" });
    expect(delivery?.recipient?.name).toBe("Anna Schmidt");
  });

  it("keeps the words of services, and everything of everybody else", async () => {
    const mine = await service.givenDelivery("to be erased");
    await service.dispatcher.deliveries.cancelDelivery({ deliveryId: mine, reason: "no vehicle" });
    const others = await givenJourney(service, "to be kept");
    const before = await service.dispatcher.deliveries.getDelivery({ deliveryId: others.deliveryId });
    await service.db.query(
      "service_word",
      "update delivery_history set actor = 'service:orders', reason = 'the order was cancelled' where delivery_id = $1 and version = 2",
      [mine],
    );

    await erase(service, "to be erased");

    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId: mine });
    expect(delivery?.history.at(-1)?.reason).toBe("the order was cancelled");
    expect(await service.dispatcher.deliveries.getDelivery({ deliveryId: others.deliveryId })).toEqual(before);
    const status = await service.dispatcher.deliveries.getDeliveryStatus({ deliveryId: others.deliveryId });
    expect(status.lastPosition?.deviceSequence).toBe(2n);
  });

  it("takes more than one batch, goes on where an attempt was cut short, and may come twice at once", async () => {
    const own = await givenDeliveryService();
    await givenMany(own, "many", 1_100);
    const cut = own.db.transaction(async (tx) => {
      await anonymisePerson(tx, "many");
      throw new Error("the process ends here");
    });
    await expect(cut).rejects.toThrow("the process ends here");

    await Promise.all([erase(own, "many"), erase(own, "many")]);

    expect(await rowsWith(own.db, OF_COURIER)).toEqual({});
    await own[Symbol.asyncDispose]();
  });
});

/** A journey with two positions that ended before its end, in the courier's words; every answer is stored. */
async function givenJourney(
  at: DeliveryFixture,
  customerId: string,
): Promise<{ deliveryId: string; courierId: string }> {
  const courierId = randomUUID();
  const { couriers, deliveries } = at.dispatcher;
  await couriers.registerCourier({ courierId, displayName: "kanarienvogel" }, keyed());
  await couriers.setAvailability({ courierId, availability: Availability.AVAILABLE }, keyed());
  const { delivery } = await deliveries.startDelivery({ orderId: at.orders.place(customerId) }, keyed());
  const deliveryId = delivery?.deliveryId ?? "";
  await deliveries.assignCourier({ deliveryId, courierId }, keyed());
  const own = at.as(courierGrant(courierId)).deliveries;
  await own.pickUpDelivery({ deliveryId }, keyed());
  const positions = [1n, 2n].map((deviceSequence) => ({
    deviceSequence,
    deviceTime: timestampFromDate(new Date()),
    latitude: 48.123_456,
    longitude: 11.5,
  }));
  await own.reportPositions({ deliveryId, positions }, keyed());
  const failed = { deliveryId, reason: FailureReason.ANIMAL_UNFIT, note: "kanarienvogel" };
  await own.failDelivery(failed, keyed());
  return { deliveryId, courierId };
}

/** Finished deliveries that a person ordered and carried, written at once. */
async function givenMany(at: DeliveryFixture, personId: string, deliveries: number): Promise<void> {
  await at.db.query("given_courier", "insert into couriers values ($1, 'kanarienvogel', 'off_duty', now(), 1)", [
    personId,
  ]);
  await at.db.query(
    "given_many",
    `insert into deliveries (delivery_id, order_id, customer_id, courier_id, status, pickup, drop_off, recipient, note,
                             cargo, started_at, updated_at, finished_at, version, change_seq, last_sequence)
     select gen_random_uuid(), gen_random_uuid(), $1, $1, 'delivered', $2::jsonb, $2::jsonb, $2::jsonb, 'kanarienvogel',
            '[]', now(), now(), now(), 1, 1, 1
       from generate_series(1, $3::int)`,
    [personId, JSON.stringify({ name: "kanarienvogel", country: "DE" }), deliveries],
  );
  await at.db.query(
    "given_positions",
    `insert into positions (delivery_id, device_sequence, device_time, latitude, longitude)
     select delivery_id, 1, now(), 48.123456, 11.5 from deliveries where customer_id = $1`,
    [personId],
  );
}

function keyed() {
  return { headers: { "idempotency-key": randomUUID() } };
}

/** What the saga does, in the order in which it does it. */
async function erase({ db }: DeliveryFixture, personId: string): Promise<void> {
  await db.transaction((tx) => closePerson(tx, personId));
  await db.transaction((tx) => anonymisePerson(tx, personId));
}
