import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBinary } from "@bufbuild/protobuf";
import { CourierAvailabilityChangedSchema } from "@animal-delivery/contracts/gen/delivery/v1/courier_events_pb";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { givenDeliveryService, selfGrant, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("RegisterCourier", () => {
  it("registers the caller, off duty, and tells no name", async () => {
    const subject = randomUUID();

    const { courier } = await service.as(selfGrant(subject)).couriers.registerCourier({ displayName: "Boris Kern" });

    expect(courier).toMatchObject({
      courierId: subject,
      displayName: "Boris Kern",
      availability: Availability.OFF_DUTY,
      deliveryId: "",
    });
    const events = await service.eventsOf(subject);
    expect(events).toMatchObject([{ type: "delivery.v1.CourierRegistered", aggregateVersion: 1n }]);
    expect(Buffer.from(events[0]!.payload).toString()).not.toContain("Boris");
  });

  it("lets a dispatcher register somebody else", async () => {
    const courierId = randomUUID();

    const { courier } = await service.dispatcher.couriers.registerCourier({ courierId, displayName: "Clara" });

    expect(courier?.courierId).toBe(courierId);
  });

  it("lets a courier register nobody else", async () => {
    const courierId = randomUUID();
    const boris = service.as(selfGrant("boris")).couriers;

    const refusal = await refusalOf(boris.registerCourier({ courierId, displayName: "Clara" }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "COURIER_NOT_FOUND" });
    expect(await service.eventsOf(courierId)).toEqual([]);
  });

  it("registers a person once, however many ask at once", async () => {
    const subject = randomUUID();
    const { couriers } = service.as(selfGrant(subject));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => couriers.registerCourier({ displayName: "Boris" })),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await refusalOf(couriers.registerCourier({ displayName: "B" }))).toMatchObject({
      kind: "alreadyExists",
      reason: "COURIER_EXISTS",
    });
    expect(await service.eventsOf(subject)).toHaveLength(1);
  });
});

describe("GetCourier", () => {
  it("shows couriers themselves and nobody else", async () => {
    const [own, other] = await Promise.all([service.givenCourier(), service.givenCourier()]);
    const { couriers } = service.as(selfGrant(own));

    const { courier } = await couriers.getCourier({ courierId: own });
    const refusal = await refusalOf(couriers.getCourier({ courierId: other }));

    expect(courier?.courierId).toBe(own);
    expect(refusal).toMatchObject({ kind: "notFound", reason: "COURIER_NOT_FOUND" });
  });

  it("refuses somebody who is no courier", async () => {
    const refusal = await refusalOf(service.dispatcher.couriers.getCourier({ courierId: "nobody" }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "COURIER_NOT_FOUND" });
  });
});

describe("SetAvailability", () => {
  it("puts a courier on duty and tells of it once, however often it is called", async () => {
    const subject = randomUUID();
    const { couriers } = service.as(selfGrant(subject));
    await couriers.registerCourier({ displayName: "Boris" });
    const onDuty = { courierId: subject, availability: Availability.AVAILABLE };

    const answers = await Promise.all(Array.from({ length: 5 }, () => couriers.setAvailability(onDuty)));

    expect(answers.map(({ courier }) => courier?.availability)).toEqual(answers.map(() => Availability.AVAILABLE));
    const events = await service.eventsOf(subject);
    expect(events.map(({ aggregateVersion }) => aggregateVersion)).toEqual([1n, 2n]);
    expect(fromBinary(CourierAvailabilityChangedSchema, events[1]!.payload)).toMatchObject(onDuty);
  });

  it("leaves a courier who goes off duty the delivery they carry", async () => {
    const { deliveryId, courierId } = await service.givenAssigned();

    const { courier } = await service
      .as(selfGrant(courierId))
      .couriers.setAvailability({ courierId, availability: Availability.OFF_DUTY });

    expect(courier).toMatchObject({ availability: Availability.OFF_DUTY, deliveryId });
  });

  it("does not know somebody else's courier", async () => {
    const courierId = await service.givenCourier();
    const request = { courierId, availability: Availability.OFF_DUTY };

    const refusal = await refusalOf(service.as(selfGrant("boris")).couriers.setAvailability(request));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "COURIER_NOT_FOUND" });
  });
});

describe("ListCouriers", () => {
  it("lists couriers by id, page by page, and by availability", async () => {
    const own = await givenDeliveryService();
    const ids = await Promise.all(Array.from({ length: 5 }, () => own.givenCourier()));
    const offDuty = ids[2] ?? "";
    await own.dispatcher.couriers.setAvailability({ courierId: offDuty, availability: Availability.OFF_DUTY });
    const { couriers } = own.dispatcher;

    const first = await couriers.listCouriers({ pageSize: 3 });
    const second = await couriers.listCouriers({ pageSize: 3, pageToken: first.nextPageToken });
    const resting = await couriers.listCouriers({ availability: Availability.OFF_DUTY });

    expect([...first.couriers, ...second.couriers].map(({ courierId }) => courierId)).toEqual(ids.toSorted());
    expect(second.nextPageToken).toBe("");
    expect(resting.couriers.map(({ courierId }) => courierId)).toEqual([offDuty]);
    await own[Symbol.asyncDispose]();
  });

  it("refuses a page token of another filter", async () => {
    await Promise.all([service.givenCourier(), service.givenCourier()]);
    const { nextPageToken: pageToken } = await service.dispatcher.couriers.listCouriers({ pageSize: 1 });

    const refusal = await refusalOf(
      service.dispatcher.couriers.listCouriers({ pageToken, availability: Availability.AVAILABLE }),
    );

    expect(refusal).toMatchObject({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });
  });
});
