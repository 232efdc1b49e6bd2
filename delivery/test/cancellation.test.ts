import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBinary } from "@bufbuild/protobuf";
import { CancellationRefusedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { DeliveryStatus, FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { decideCancellation } from "../src/app/decide-cancellation.ts";
import { givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());

describe("orders' wish to cancel", () => {
  it.each(["pending", "assigned"])("is granted to a delivery that is %s", async (status) => {
    const deliveryId =
      status === "pending" ? await service.givenDelivery() : (await service.givenAssigned()).deliveryId;

    await decide(deliveryId);

    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    expect(delivery?.history.at(-1)).toMatchObject({ status: DeliveryStatus.CANCELLED, actor: "service:orders" });
    expect((await service.eventsOf(deliveryId)).at(-1)?.type).toBe("delivery.v1.DeliveryCancelled");
  });

  it.each([
    ["picked up", DeliveryStatus.PICKED_UP],
    ["delivered", DeliveryStatus.DELIVERED],
  ])("is refused for a delivery that is %s, and says where it stands", async (_, status) => {
    const { deliveryId } = await service.givenPickedUp();
    if (status === DeliveryStatus.DELIVERED) await service.dispatcher.deliveries.completeDelivery({ deliveryId });
    const before = await service.eventsOf(deliveryId);

    await decide(deliveryId);

    const events = await service.eventsOf(deliveryId);
    const told = events.at(-1);
    expect(events).toHaveLength(before.length + 1);
    expect(told).toMatchObject({
      type: "delivery.v1.CancellationRefused",
      aggregateVersion: BigInt(before.length + 1),
    });
    expect(fromBinary(CancellationRefusedSchema, told!.payload).status).toBe(status);
    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    expect(delivery?.status).toBe(status);
  });

  it("is refused with the next version, so that the hand-over comes after it", async () => {
    const { deliveryId } = await service.givenPickedUp();

    await decide(deliveryId);
    await service.dispatcher.deliveries.completeDelivery({ deliveryId });

    const versions = (await service.eventsOf(deliveryId)).map(({ aggregateVersion }) => aggregateVersion);
    expect(versions).toEqual([1n, 2n, 3n, 4n, 5n]);
  });

  it.each(["cancelled", "failed"])("changes nothing for a delivery that is %s: orders knows", async (status) => {
    const deliveryId = await service.givenDelivery();
    const { deliveries } = service.dispatcher;
    if (status === "cancelled") await deliveries.cancelDelivery({ deliveryId, reason: "no van" });
    else await deliveries.failDelivery({ deliveryId, reason: FailureReason.ANIMAL_UNFIT });
    const before = await service.eventsOf(deliveryId);

    await decide(deliveryId);

    expect(await service.eventsOf(deliveryId)).toEqual(before);
  });

  it("races a pick-up to exactly one winner", async () => {
    const winners = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { deliveryId } = await service.givenAssigned();
      const pickUp = () => service.dispatcher.deliveries.pickUpDelivery({ deliveryId });
      const cancel = () => decide(deliveryId);

      // Each gets the head start in every other round.
      const calls = round % 2 === 0 ? [pickUp(), cancel()] : [cancel(), pickUp()];
      const outcomes = await Promise.allSettled<unknown>(calls);

      const types = (await service.eventsOf(deliveryId)).slice(2).map(({ type }) => type);
      const pickedUp = ["delivery.v1.DeliveryPickedUp", "delivery.v1.CancellationRefused"];
      const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
      const won = delivery?.status === DeliveryStatus.PICKED_UP;
      expect(types).toEqual(won ? pickedUp : ["delivery.v1.DeliveryCancelled"]);
      // The wish itself is always answered; the pick-up is refused when it came too late.
      expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(won ? 0 : 1);
      winners.add(types[0] ?? "");
    }
    expect(winners.size).toBe(2);
  });

  it("frees the courier", async () => {
    const { deliveryId, courierId } = await service.givenAssigned();

    await decide(deliveryId);

    const { courier } = await service.dispatcher.couriers.getCourier({ courierId });
    expect(courier?.deliveryId).toBe("");
  });
});

function decide(deliveryId: string): Promise<void> {
  return service.db.transaction((tx) => decideCancellation(tx, service.observer, deliveryId));
}
