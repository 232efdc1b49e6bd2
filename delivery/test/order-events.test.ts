import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { create, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { DeliveryStatus } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import {
  OrderCancellationRequestedSchema,
  OrderCreatedSchema,
  OrderDispatchedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { DomainError } from "@animal-delivery/platform/errors";
import { consumeEvents } from "@animal-delivery/platform/inbox/consume-events";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { deliveryIdOf } from "../src/app/delivery-id.ts";
import { ORDER_EVENTS, orderEventHandlers } from "../src/consumers/order-events.ts";
import { givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

/** The repair waits for a second before it counts a delivery as lost. */
const WAIT = { timeout: 15_000 };

let service: DeliveryFixture;
let busDatabase: TestDatabase;
let bus: Bus;
let consumed: Promise<void>;
const stop = new AbortController();

beforeAll(async () => {
  service = await givenDeliveryService();
  busDatabase = await testDatabase({ migrations: [] });
  await migrateLogBus(busDatabase.url);
  bus = openLogBus({ url: busDatabase.url }, service.telemetry);
  await bus.ensureTopics(TOPICS);
  const { db, telemetry, orders, observer } = service;
  const handlers = orderEventHandlers(db, orders.client, observer);
  const task = consumeEvents({ consumer: "delivery", topics: [ORDER_EVENTS], db, bus, telemetry, handlers });
  consumed = task.run(stop.signal);
});
afterAll(async () => {
  stop.abort();
  await consumed;
  await bus[Symbol.asyncDispose]();
  await busDatabase[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
beforeEach(() => service.orders.failWith(undefined));

describe("OrderDispatched", () => {
  it("starts the delivery that a crash between orders' commit and ours lost", async () => {
    const { orderId, deliveryId, tell } = await givenDispatched();

    await tell(OrderDispatchedSchema, { orderId, deliveryId });

    await expect.poll(() => stepsOf(deliveryId), WAIT).toEqual([[DeliveryStatus.PENDING, "service:delivery"]]);
    expect((await service.eventsOf(deliveryId)).map(({ type }) => type)).toEqual(["delivery.v1.DeliveryStarted"]);
    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });
    expect(delivery).toMatchObject({ deliveryId, orderId, note: "She is shy" });
  });

  it("repairs in time although the clock of orders is ahead", async () => {
    const { orderId, deliveryId, tell } = await givenDispatched();

    await tell(OrderDispatchedSchema, { orderId, deliveryId }, randomUUID(), Date.now() + 3_600_000);

    await expect.poll(() => stepsOf(deliveryId), WAIT).toEqual([[DeliveryStatus.PENDING, "service:delivery"]]);
  });

  it("leaves a StartDelivery that is under way to its user", async () => {
    const { orderId, deliveryId, tell } = await givenDispatched();

    await tell(OrderDispatchedSchema, { orderId, deliveryId });
    await service.dispatcher.deliveries.startDelivery({ orderId });
    await everythingConsumed();

    expect(await stepsOf(deliveryId)).toEqual([[DeliveryStatus.PENDING, "dora"]]);
  });

  it("asks orders again until it answers", async () => {
    const { orderId, deliveryId, tell } = await givenDispatched();
    service.orders.failWith(new DomainError("unavailable", "UNAVAILABLE", "orders restarts"));
    const before = service.orders.calls.count;

    await tell(OrderDispatchedSchema, { orderId, deliveryId });
    await expect.poll(() => service.orders.calls.count, WAIT).toBeGreaterThan(before);
    service.orders.failWith(undefined);

    await expect.poll(() => stepsOf(deliveryId), WAIT).toHaveLength(1);
  });

  it("changes nothing when the delivery runs, and asks orders nothing", async () => {
    const orderId = service.orders.place();
    const { delivery } = await service.dispatcher.deliveries.startDelivery({ orderId });
    const deliveryId = delivery?.deliveryId ?? "";
    const before = service.orders.calls.count;

    await teller(orderId)(OrderDispatchedSchema, { orderId, deliveryId });
    await everythingConsumed();

    expect(await service.eventsOf(deliveryId)).toHaveLength(1);
    expect(service.orders.calls.count).toBe(before);
  });
});

describe("OrderCancellationRequested", () => {
  it("calls off a delivery that the repair started a moment before", async () => {
    const { orderId, deliveryId, tell } = await givenDispatched();

    await tell(OrderDispatchedSchema, { orderId, deliveryId });
    await tell(OrderCancellationRequestedSchema, { orderId, deliveryId });

    await expect
      .poll(() => stepsOf(deliveryId), WAIT)
      .toEqual([
        [DeliveryStatus.PENDING, "service:delivery"],
        [DeliveryStatus.CANCELLED, "service:orders"],
      ]);
  });

  it("takes effect once, however often the events arrive", async () => {
    const { orderId, deliveryId, tell } = await givenDispatched();
    const events = [
      { schema: OrderDispatchedSchema, eventId: randomUUID() },
      { schema: OrderCancellationRequestedSchema, eventId: randomUUID() },
    ] as const;

    for (const { schema, eventId } of [...events, ...events, ...events]) {
      await tell(schema, { orderId, deliveryId }, eventId);
    }
    await everythingConsumed();

    const types = (await service.eventsOf(deliveryId)).map(({ type }) => type);
    expect(types).toEqual(["delivery.v1.DeliveryStarted", "delivery.v1.DeliveryCancelled"]);
  });

  it("is refused once, however often it arrives for an animal on board", async () => {
    const { deliveryId } = await service.givenPickedUp();
    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    const orderId = delivery?.orderId ?? "";
    const tell = teller(orderId);
    const eventId = randomUUID();

    for (let count = 0; count < 3; count += 1) {
      await tell(OrderCancellationRequestedSchema, { orderId, deliveryId }, eventId);
    }
    await everythingConsumed();

    const types = (await service.eventsOf(deliveryId)).map(({ type }) => type);
    expect(types.filter((type) => type === "delivery.v1.CancellationRefused")).toHaveLength(1);
  });
});

/** An order that orders dispatched for a delivery of which delivery knows nothing: StartDelivery crashed in between. */
async function givenDispatched() {
  const orderId = service.orders.place();
  const deliveryId = deliveryIdOf(orderId);
  await service.orders.client.dispatchOrder({ orderId, deliveryId });
  const tell = teller(orderId);
  await tell(OrderCreatedSchema, { orderId, customerId: "anna" });
  return { orderId, deliveryId, tell };
}

/** Publishes the events of one order as its relay would; an event id that was there before comes with its version again. */
function teller(orderId: string) {
  const versions = new Map<string, bigint>();
  return async <D extends DescMessage>(
    schema: D,
    message: MessageInitShape<D>,
    eventId: string = randomUUID(),
    occurredAtMs = Date.now(),
  ): Promise<void> => {
    const version = versions.get(eventId) ?? BigInt(versions.size + 1);
    versions.set(eventId, version);
    const envelope = create(EventEnvelopeSchema, {
      eventId,
      aggregateId: orderId,
      type: schema.typeName,
      occurredAt: BigInt(occurredAtMs),
      payload: toBinary(schema, create(schema, message)),
      correlationId: eventId,
      aggregateVersion: version,
    });
    const value = toBinary(EventEnvelopeSchema, envelope);
    const headers = { "event-type": schema.typeName, "event-id": eventId, "correlation-id": eventId };
    await bus.publish(ORDER_EVENTS, [{ key: orderId, value, headers }]);
  };
}

async function everythingConsumed(): Promise<void> {
  const left = async () => {
    const lags = await bus.lag("delivery", [ORDER_EVENTS]);
    return lags.reduce((sum, { records }) => sum + records, 0n);
  };
  await expect.poll(left, WAIT).toBe(0n);
}

async function stepsOf(deliveryId: string): Promise<[DeliveryStatus, string][]> {
  const { delivery } = await service.dispatcher.deliveries
    .getDelivery({ deliveryId })
    .catch(() => ({ delivery: undefined }));
  return (delivery?.history ?? []).map(({ status, actor }) => [status, actor]);
}
