// Runs the whole service beside a real log bus: its relay and its consumer, from one topic to the other.
import { randomUUID } from "node:crypto";
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryPickedUpSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderStatus, type Order } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Bus, BusRecord } from "@animal-delivery/platform/bus/bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOrders } from "../src/service.ts";
import { ADMIN, CUSTOMER, eventNamesOf, givenDispatched, givenProduct, startOrders, type Orders } from "./setup.ts";

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

const open = new AsyncDisposableStack();
/** Event types of `orders.events` as they arrived, by aggregate. */
const arrived = new Map<string, string[]>();
let service: Orders;
let bus: Bus;

beforeAll(async () => {
  service = open.use(await startOrders());
  const busDatabase = open.use(await testDatabase({ migrations: [] }));
  await migrateLogBus(busDatabase.url);
  const telemetry = testTelemetry("orders");
  bus = open.use(openLogBus({ url: busDatabase.url }, telemetry));
  await bus.ensureTopics(TOPICS);

  const stop = new AbortController();
  const { tasks } = createOrders({}, { telemetry, db: service.db, bus });
  const ended = Promise.all([...tasks.map((task) => task.run(stop.signal)), listen(stop.signal)]);
  open.defer(async () => {
    stop.abort();
    await ended;
  });
});
afterAll(() => open.disposeAsync());

describe("createOrders", () => {
  it("follows a delivery by its events and tells its own, each once and in order", async () => {
    const { productId } = await givenProduct(service);
    const { orderId, deliveryId } = await givenDispatched(service, productId);
    const pickedUp = record(deliveryId, 3n, DeliveryPickedUpSchema, { orderId, deliveryId });
    const completed = record(deliveryId, 4n, DeliveryCompletedSchema, { orderId, deliveryId });

    await bus.publish("delivery.events", [pickedUp, pickedUp, completed, pickedUp, completed]);

    await expect.poll(() => statusOf(orderId), SOON).toBe(OrderStatus.DELIVERED);
    await expect.poll(lag, SOON).toBe(0n);
    const told = ["OrderCreated 1", "OrderDispatched 2", "OrderTransitStarted 3", "OrderDelivered 4"];
    expect(await eventNamesOf(service.db, orderId)).toEqual(told);
    await expect.poll(() => arrived.get(orderId), SOON).toEqual(told);
    expect(arrived.get(productId)).toEqual(["ProductCreated 1"]);
  });

  it("keeps why a delivery failed", async () => {
    const { productId } = await givenProduct(service);
    const { orderId, deliveryId } = await givenDispatched(service, productId);
    const reason = FailureReason.ANIMAL_UNFIT;

    await bus.publish("delivery.events", [
      record(deliveryId, 2n, DeliveryFailedSchema, { orderId, deliveryId, reason }),
    ]);

    await expect.poll(() => statusOf(orderId), SOON).toBe(OrderStatus.FAILED);
    expect((await read(orderId)).history.at(-1)).toMatchObject({
      status: OrderStatus.FAILED,
      actor: "service:delivery",
      reason: "FAILURE_REASON_ANIMAL_UNFIT",
    });
  });

  it("skips news of an order that was deleted and goes on with what follows", async () => {
    const { productId } = await givenProduct(service);
    const deleted = await givenDispatched(service, productId);
    const { orderId, deliveryId } = deleted;
    const failed = record(deliveryId, 2n, DeliveryFailedSchema, { orderId, deliveryId });
    await bus.publish("delivery.events", [failed]);
    await expect.poll(() => statusOf(orderId), SOON).toBe(OrderStatus.FAILED);
    await service.orders(CUSTOMER).deleteOrder({ orderId });
    const other = await givenDispatched(service, productId);

    await bus.publish("delivery.events", [
      record(deliveryId, 3n, DeliveryPickedUpSchema, { orderId, deliveryId }),
      record(other.deliveryId, 2n, DeliveryPickedUpSchema, { orderId: other.orderId, deliveryId: other.deliveryId }),
    ]);

    await expect.poll(() => statusOf(other.orderId), SOON).toBe(OrderStatus.IN_TRANSIT);
    await expect.poll(lag, SOON).toBe(0n);
    const { rows } = await service.db.query("parked", "select from inbox_parked");
    expect(rows).toEqual([]);
  });
});

/** Keeps what arrives on `orders.events`. */
function listen(stop: AbortSignal): Promise<void> {
  return bus.consume(
    {
      group: "test",
      topics: ["orders.events"],
      batchRecordsMax: 100,
      async handle(batch) {
        for (const { value, offset } of batch.records) {
          const { aggregateId, aggregateVersion, type } = fromBinary(EventEnvelopeSchema, value);
          const name = `${type.replace(/^orders\.v1\./, "")} ${aggregateVersion}`;
          arrived.set(aggregateId, [...(arrived.get(aggregateId) ?? []), name]);
          await batch.commit(offset);
        }
      },
    },
    stop,
  );
}

function record<D extends DescMessage>(
  aggregateId: string,
  aggregateVersion: bigint,
  schema: D,
  message: MessageInitShape<D>,
): BusRecord {
  const envelope = create(EventEnvelopeSchema, {
    eventId: randomUUID(),
    aggregateId,
    type: schema.typeName,
    occurredAt: BigInt(Date.now()),
    payload: toBinary(schema, create(schema, message)),
    correlationId: "test",
    aggregateVersion,
  });
  return { key: aggregateId, value: toBinary(EventEnvelopeSchema, envelope), headers: {} };
}

/** How many events of deliveries orders has not dealt with. */
async function lag(): Promise<bigint> {
  const lags = await bus.lag("orders", ["delivery.events"]);
  return lags.reduce((sum, { records }) => sum + records, 0n);
}

async function read(orderId: string): Promise<Order> {
  const { order } = await service.orders(ADMIN).getOrder({ orderId });
  if (!order) throw new Error("no order came back");
  return order;
}

async function statusOf(orderId: string): Promise<OrderStatus> {
  return (await read(orderId)).status;
}
