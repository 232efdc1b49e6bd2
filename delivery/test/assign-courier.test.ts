import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryStatus } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("AssignCourier", () => {
  it("gives a pending delivery to a courier on duty, who then shows it", async () => {
    const [deliveryId, courierId] = await Promise.all([service.givenDelivery(), service.givenCourier()]);

    const { delivery } = await service.dispatcher.deliveries.assignCourier({ deliveryId, courierId });

    expect(delivery).toMatchObject({ status: DeliveryStatus.ASSIGNED, courierId });
    const { courier } = await service.dispatcher.couriers.getCourier({ courierId });
    expect(courier?.deliveryId).toBe(deliveryId);
  });

  it("refuses a courier nobody registered", async () => {
    const deliveryId = await service.givenDelivery();

    const refusal = await refusalOf(service.dispatcher.deliveries.assignCourier({ deliveryId, courierId: "nobody" }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "COURIER_NOT_FOUND" });
  });

  it("refuses a courier off duty", async () => {
    const [deliveryId, courierId] = await Promise.all([service.givenDelivery(), service.givenCourier()]);
    await service.dispatcher.couriers.setAvailability({ courierId, availability: Availability.OFF_DUTY });

    const refusal = await refusalOf(service.dispatcher.deliveries.assignCourier({ deliveryId, courierId }));

    expect(refusal).toMatchObject({ reason: "COURIER_UNAVAILABLE", metadata: { because: "off_duty" } });
  });

  it("refuses a courier who carries another delivery, until that one is over", async () => {
    const { deliveryId: carried, courierId } = await service.givenPickedUp();
    const deliveryId = await service.givenDelivery();

    const refusal = await refusalOf(service.dispatcher.deliveries.assignCourier({ deliveryId, courierId }));
    expect(refusal).toMatchObject({ reason: "COURIER_UNAVAILABLE", metadata: { because: "carries_another" } });

    await service.dispatcher.deliveries.completeDelivery({ deliveryId: carried });
    const { delivery } = await service.dispatcher.deliveries.assignCourier({ deliveryId, courierId });
    expect(delivery?.courierId).toBe(courierId);
  });

  it("refuses a delivery that has a courier", async () => {
    const { deliveryId } = await service.givenAssigned();
    const courierId = await service.givenCourier();

    const refusal = await refusalOf(service.dispatcher.deliveries.assignCourier({ deliveryId, courierId }));

    expect(refusal).toMatchObject({ reason: "DELIVERY_STATUS_REFUSED", metadata: { from: "assigned" } });
  });

  it("lets one of two assignments of a delivery at once win", async () => {
    const deliveryId = await service.givenDelivery();
    const couriers = await Promise.all([service.givenCourier(), service.givenCourier()]);

    const outcomes = await Promise.allSettled(
      couriers.map((courierId) => service.dispatcher.deliveries.assignCourier({ deliveryId, courierId })),
    );

    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(delivery?.courierId).toBe(couriers[winner]);
    expect(await service.eventsOf(deliveryId)).toHaveLength(2);
  });

  it("lets one of 20 deliveries at once have a courier, and refuses the others without a deadlock", async () => {
    const courierId = await service.givenCourier();
    const deliveries = await Promise.all(Array.from({ length: 20 }, () => service.givenDelivery()));

    const outcomes = await Promise.all(
      deliveries.map((deliveryId) =>
        service.dispatcher.deliveries.assignCourier({ deliveryId, courierId }).then(
          () => "assigned",
          async (error: unknown) => (await refusalOf(Promise.reject(error))).reason,
        ),
      ),
    );

    expect(outcomes.toSorted()).toEqual([...Array.from({ length: 19 }, () => "COURIER_UNAVAILABLE"), "assigned"]);
    const { deliveries: carried } = await service.dispatcher.deliveries.listDeliveries({ courierId });
    expect(carried).toHaveLength(1);
  });
});
