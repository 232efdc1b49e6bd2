import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fromBinary } from "@bufbuild/protobuf";
import { DeliveryStartedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { DeliveryStatus } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { Species } from "@animal-delivery/contracts/gen/orders/v1/animal_pb";
import { OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

let service: DeliveryFixture;
beforeAll(async () => {
  service = await givenDeliveryService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.orders.failWith(undefined));

describe("StartDelivery", () => {
  it("takes a placed order over and keeps what the courier must know of it", async () => {
    const orderId = service.orders.place("anna");

    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });

    expect(delivery).toMatchObject({
      orderId,
      customerId: "anna",
      courierId: "",
      status: DeliveryStatus.PENDING,
      pickup: { street: "Am Tierheim 1", latitude: 52.57 },
      dropOff: { street: "Gartenweg 7" },
      recipient: { name: "Anna Schmidt" },
      note: "She is shy",
      cargo: [{ quantity: 2, animal: { species: Species.CAT, breed: "Chartreux", weightGrams: 1_400 } }],
      history: [{ status: DeliveryStatus.PENDING, actor: "dora" }],
    });
  });

  it("calls orders with the user's token", async () => {
    await service.givenDelivery();

    expect(service.orders.calls.authorization).toBe("Bearer token of dora");
  });

  it("tells of it once, with ids alone", async () => {
    const orderId = service.orders.place("anna");

    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });

    const events = await service.eventsOf(delivery?.deliveryId ?? "");
    expect(events).toMatchObject([{ type: "delivery.v1.DeliveryStarted", aggregateVersion: 1n }]);
    expect(fromBinary(DeliveryStartedSchema, events[0]!.payload)).toMatchObject({
      deliveryId: delivery?.deliveryId,
      orderId,
      customerId: "anna",
    });
  });

  it("answers the running delivery when it is called again, and starts no second one", async () => {
    const orderId = service.orders.place();

    const twins = await Promise.all(
      Array.from({ length: 8 }, () => service.dispatcher.deliveries.startDelivery({ orderId })),
    );

    const ids = new Set(twins.map(({ delivery }) => delivery?.deliveryId));
    expect(ids.size).toBe(1);
    expect(await service.eventsOf([...ids][0] ?? "")).toHaveLength(1);
  });

  it("answers twins of one idempotency key the same", async () => {
    const orderId = service.orders.place();
    const headers = { "idempotency-key": randomUUID() };

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.dispatcher.deliveries.startDelivery({ orderId }, { headers })),
    );

    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("comes to the same delivery however the order's id is written", async () => {
    const orderId = service.orders.place();
    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });

    const again = await service.dispatcher.deliveries.startDelivery({ orderId: orderId.toUpperCase() });

    expect(again.delivery).toEqual(delivery);
  });

  it("goes on after a crash between orders' commit and its own", async () => {
    const orderId = service.orders.place();
    // The first try got as far as orders: it dispatched the order for this very delivery.
    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });
    await forget(service, delivery?.deliveryId ?? "");

    const again = await service.dispatcher.deliveries.startDelivery({ orderId });

    expect(again.delivery).toMatchObject({ deliveryId: delivery?.deliveryId, status: DeliveryStatus.PENDING });
  });

  it("refuses an order that is not there", async () => {
    const refusal = await refusalOf(service.dispatcher.deliveries.startDelivery({ orderId: randomUUID() }));

    expect(refusal).toMatchObject({ kind: "notFound", reason: "ORDER_NOT_FOUND" });
  });

  it("refuses an order that orders does not give away", async () => {
    const orderId = service.orders.place();
    service.orders.setStatus(orderId, OrderStatus.CANCELLED);

    const refusal = await refusalOf(service.dispatcher.deliveries.startDelivery({ orderId }));

    expect(refusal).toMatchObject({ kind: "refused", reason: "ORDER_STATUS_REFUSED" });
  });

  it("refuses an order whose delivery is over", async () => {
    const orderId = service.orders.place();
    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });
    await service.dispatcher.deliveries.cancelDelivery({ deliveryId: delivery?.deliveryId ?? "", reason: "no van" });

    const refusal = await refusalOf(service.dispatcher.deliveries.startDelivery({ orderId }));

    expect(refusal).toMatchObject({ kind: "refused", reason: "ORDER_STATUS_REFUSED" });
  });

  it.each([
    ["is away", new DomainError("unavailable", "UNAVAILABLE", "the database of orders is away")],
    ["is too slow", new DomainError("deadlineExceeded", "DEADLINE_EXCEEDED", "the time for the call is over")],
    ["works on a twin", new DomainError("refused", "IDEMPOTENCY_TWIN_RUNNING", "a first request still runs")],
  ])("is unavailable while orders %s, and starts nothing", async (_, failure) => {
    const orderId = service.orders.place();
    service.orders.failWith(failure);

    const refusal = await refusalOf(service.dispatcher.deliveries.startDelivery({ orderId }));

    expect(refusal).toMatchObject({ kind: "unavailable", message: "orders is not available now" });
    const { deliveries } = await service.dispatcher.deliveries.listDeliveries({ orderId });
    expect(deliveries).toEqual([]);
  });

  it("passes on that the user's token is good no more", async () => {
    const orderId = service.orders.place();
    service.orders.failWith(new DomainError("unauthenticated", "TOKEN_INVALID", "the token expired"));

    const refusal = await refusalOf(service.dispatcher.deliveries.startDelivery({ orderId }));

    expect(refusal).toMatchObject({ kind: "unauthenticated", reason: "TOKEN_INVALID" });
  });

  it("hides an error of orders that the contract does not list", async () => {
    const orderId = service.orders.place();
    service.orders.failWith(new DomainError("forbidden", "ACCESS_DENIED", "service:delivery may not"));

    const refusal = await refusalOf(service.dispatcher.deliveries.startDelivery({ orderId }));

    expect(refusal).toMatchObject({ kind: "internal", message: "internal error" });
  });

  it("counts the deliveries it started", async () => {
    const before = (await service.metric("deliveries_started_total")) ?? 0;

    await service.givenDelivery();

    expect(await service.metric("deliveries_started_total")).toBe(before + 1);
  });
});

/** As if delivery's transaction had never been. */
async function forget({ db }: DeliveryFixture, deliveryId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query("forget_changes", "delete from delivery_changes where delivery_id = $1", [deliveryId]);
    await tx.query("forget_history", "delete from delivery_history where delivery_id = $1", [deliveryId]);
    await tx.query("forget_delivery", "delete from deliveries where delivery_id = $1", [deliveryId]);
    await tx.query("forget_events", "delete from outbox where key = $1", [deliveryId]);
  });
}
