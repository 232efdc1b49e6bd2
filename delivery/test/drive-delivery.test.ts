import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBinary } from "@bufbuild/protobuf";
import { DeliveryFailedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { DeliveryStatus, FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { courierGrant, customerGrant, givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("a delivery's way", () => {
  it("is driven by its courier from assignment to hand-over, step by step in history and events", async () => {
    const { deliveryId, courierId } = await service.givenAssigned();
    const courier = service.as(courierGrant(courierId)).deliveries;

    await courier.pickUpDelivery({ deliveryId });
    const { delivery } = await courier.completeDelivery({ deliveryId });

    expect(delivery?.status).toBe(DeliveryStatus.DELIVERED);
    expect(delivery?.history.map(({ status, actor }) => [status, actor])).toEqual([
      [DeliveryStatus.PENDING, "dora"],
      [DeliveryStatus.ASSIGNED, "dora"],
      [DeliveryStatus.PICKED_UP, courierId],
      [DeliveryStatus.DELIVERED, courierId],
    ]);
    const events = await service.eventsOf(deliveryId);
    expect(events.map(({ type, aggregateVersion }) => [type, aggregateVersion])).toEqual([
      ["delivery.v1.DeliveryStarted", 1n],
      ["delivery.v1.CourierAssigned", 2n],
      ["delivery.v1.DeliveryPickedUp", 3n],
      ["delivery.v1.DeliveryCompleted", 4n],
    ]);
  });

  it("counts steps, hand-overs and durations", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const before = (await service.metric("deliveries_completed_total")) ?? 0;

    await service.dispatcher.deliveries.completeDelivery({ deliveryId });

    expect(await service.metric("deliveries_completed_total")).toBe(before + 1);
    expect(await service.metric("deliveries_status_total", { status: "delivered" })).toBe(before + 1);
    expect(await service.metric("delivery_duration_seconds", { status: "delivered" })).toBeDefined();
  });
});

describe("PickUpDelivery", () => {
  it("refuses a delivery without a courier, and says where it stands", async () => {
    const deliveryId = await service.givenDelivery();

    const refusal = await refusalOf(service.dispatcher.deliveries.pickUpDelivery({ deliveryId }));

    expect(refusal).toMatchObject({
      kind: "refused",
      reason: "DELIVERY_STATUS_REFUSED",
      metadata: { from: "pending", to: "picked_up" },
    });
  });

  it("refuses a second pick-up, but answers the repetition of the first by its key", async () => {
    const { deliveryId } = await service.givenAssigned();
    const headers = { "idempotency-key": randomUUID() };
    const first = await service.dispatcher.deliveries.pickUpDelivery({ deliveryId }, { headers });

    const repeated = await service.dispatcher.deliveries.pickUpDelivery({ deliveryId }, { headers });
    const second = await refusalOf(service.dispatcher.deliveries.pickUpDelivery({ deliveryId }));

    expect(repeated).toEqual(first);
    expect(second).toMatchObject({ reason: "DELIVERY_STATUS_REFUSED", metadata: { from: "picked_up" } });
  });

  it("lets one of many pick-ups at once through", async () => {
    const { deliveryId } = await service.givenAssigned();

    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => service.dispatcher.deliveries.pickUpDelivery({ deliveryId })),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await service.eventsOf(deliveryId)).toHaveLength(3);
  });
});

describe("CompleteDelivery", () => {
  it("refuses a delivery whose animal is not on board", async () => {
    const { deliveryId } = await service.givenAssigned();

    const refusal = await refusalOf(service.dispatcher.deliveries.completeDelivery({ deliveryId }));

    expect(refusal).toMatchObject({ reason: "DELIVERY_STATUS_REFUSED", metadata: { from: "assigned" } });
  });
});

describe("FailDelivery", () => {
  it("keeps the reason and the note, and tells the reason alone", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const request = { deliveryId, reason: FailureReason.RECIPIENT_ABSENT, note: "rang three times" };

    const { delivery } = await service.dispatcher.deliveries.failDelivery(request);

    expect(delivery).toMatchObject({ status: DeliveryStatus.FAILED, failureReason: FailureReason.RECIPIENT_ABSENT });
    expect(delivery?.history.at(-1)).toMatchObject({ status: DeliveryStatus.FAILED, reason: "rang three times" });
    const told = (await service.eventsOf(deliveryId)).at(-1);
    expect(fromBinary(DeliveryFailedSchema, told!.payload)).toMatchObject({ reason: FailureReason.RECIPIENT_ABSENT });
    expect(Buffer.from(told!.payload).toString()).not.toContain("rang");
  });

  it.each(["givenAssigned", "givenPickedUp"] as const)("frees the courier of a delivery (%s)", async (given) => {
    const { deliveryId, courierId } = await service[given]();

    await service.dispatcher.deliveries.failDelivery({ deliveryId, reason: FailureReason.VEHICLE_FAILURE });

    const { courier } = await service.dispatcher.couriers.getCourier({ courierId });
    expect(courier?.deliveryId).toBe("");
  });

  it("gives a pending delivery up", async () => {
    const deliveryId = await service.givenDelivery();

    const { delivery } = await service.dispatcher.deliveries.failDelivery({
      deliveryId,
      reason: FailureReason.ANIMAL_UNFIT,
    });

    expect(delivery?.status).toBe(DeliveryStatus.FAILED);
  });

  it("refuses a finished delivery", async () => {
    const { deliveryId } = await service.givenPickedUp();
    await service.dispatcher.deliveries.completeDelivery({ deliveryId });

    const refusal = await refusalOf(
      service.dispatcher.deliveries.failDelivery({ deliveryId, reason: FailureReason.ANIMAL_DIED }),
    );

    expect(refusal).toMatchObject({ reason: "DELIVERY_STATUS_REFUSED", metadata: { from: "delivered", to: "failed" } });
  });
});

describe("CancelDelivery", () => {
  it.each(["pending", "assigned"] as const)("calls a delivery off that is %s", async (status) => {
    const deliveryId =
      status === "pending" ? await service.givenDelivery() : (await service.givenAssigned()).deliveryId;

    const { delivery } = await service.dispatcher.deliveries.cancelDelivery({ deliveryId, reason: "no vehicle" });

    expect(delivery?.status).toBe(DeliveryStatus.CANCELLED);
    expect(delivery?.history.at(-1)).toMatchObject({ actor: "dora", reason: "no vehicle" });
    expect((await service.eventsOf(deliveryId)).at(-1)?.type).toBe("delivery.v1.DeliveryCancelled");
  });

  it("refuses once the animal is on board", async () => {
    const { deliveryId } = await service.givenPickedUp();

    const refusal = await refusalOf(service.dispatcher.deliveries.cancelDelivery({ deliveryId, reason: "no" }));

    expect(refusal).toMatchObject({ reason: "DELIVERY_STATUS_REFUSED", metadata: { from: "picked_up" } });
  });

  it("races a pick-up to exactly one winner", async () => {
    const winners = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { deliveryId } = await service.givenAssigned();
      const pickUp = () => service.dispatcher.deliveries.pickUpDelivery({ deliveryId });
      const cancel = () => service.dispatcher.deliveries.cancelDelivery({ deliveryId, reason: "no" });

      // Each gets the head start in every other round.
      const calls = round % 2 === 0 ? [pickUp(), cancel()] : [cancel(), pickUp()];
      const outcomes = await Promise.allSettled(calls);

      const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
      const last = (await service.eventsOf(deliveryId)).at(-1);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(last?.type).toBe(
        delivery?.status === DeliveryStatus.PICKED_UP
          ? "delivery.v1.DeliveryPickedUp"
          : "delivery.v1.DeliveryCancelled",
      );
      winners.add(last?.type ?? "");
    }
    expect(winners.size).toBe(2);
  });
});

describe("a delivery of somebody else", () => {
  it("is not there for a courier who does not carry it", async () => {
    const { deliveryId } = await service.givenAssigned();
    const other = service.as(courierGrant(await service.givenCourier())).deliveries;

    const calls = [
      other.pickUpDelivery({ deliveryId }),
      other.completeDelivery({ deliveryId }),
      other.failDelivery({ deliveryId, reason: FailureReason.ANIMAL_UNFIT }),
      other.getDelivery({ deliveryId }),
      other.getDeliveryStatus({ deliveryId }),
    ];

    for (const refusal of await Promise.all(calls.map(refusalOf))) {
      expect(refusal).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
    }
  });

  it("is not there for another customer", async () => {
    const deliveryId = await service.givenDelivery("anna");
    const other = service.as(customerGrant("carla")).deliveries;

    expect(await refusalOf(other.getDelivery({ deliveryId }))).toMatchObject({ reason: "DELIVERY_NOT_FOUND" });
    expect(await refusalOf(other.getDeliveryStatus({ deliveryId }))).toMatchObject({ reason: "DELIVERY_NOT_FOUND" });
  });

  it("is refused the same way as one that does not exist", async () => {
    const deliveryId = randomUUID();
    const { deliveries } = service.dispatcher;

    const calls = [
      deliveries.pickUpDelivery({ deliveryId }),
      deliveries.completeDelivery({ deliveryId }),
      deliveries.failDelivery({ deliveryId, reason: FailureReason.ANIMAL_UNFIT }),
      deliveries.cancelDelivery({ deliveryId, reason: "no" }),
      deliveries.assignCourier({ deliveryId, courierId: "boris" }),
      deliveries.getDelivery({ deliveryId }),
    ];

    for (const refusal of await Promise.all(calls.map(refusalOf))) {
      expect(refusal).toMatchObject({ kind: "notFound", reason: "DELIVERY_NOT_FOUND" });
    }
  });
});
