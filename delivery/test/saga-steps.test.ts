// Runs the steps that delivery takes in a deletion as sagas ask for them: by commands on a real log bus.
import { randomUUID } from "node:crypto";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import {
  AnonymiseDeliveriesSchema,
  ClosePersonSchema,
  ReopenPersonSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_commands_pb";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { testSaga } from "@animal-delivery/platform/testing/test-saga";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDelivery } from "../src/service.ts";
import { givenDeliveryService, type DeliveryFixture } from "./fixture.ts";

/** By then it has happened, also on a busy machine. */
const SOON = { timeout: 20_000 };

const open = new AsyncDisposableStack();
let service: DeliveryFixture;
let bus: TestBus;

beforeAll(async () => {
  service = open.use(await givenDeliveryService());
  bus = open.use(await testBus());
  const stop = new AbortController();
  const resources = { telemetry: testTelemetry("delivery"), db: service.db, bus, orders: service.orders.client };
  const { tasks } = createDelivery({ tracking: { pollMs: 250, streamsPerCallerMax: 1 } }, resources);
  const ended = Promise.all(tasks.map((task) => task.run(stop.signal)));
  open.defer(async () => {
    stop.abort();
    await ended;
  });
});
afterAll(() => open.disposeAsync());

describe("the step courier", () => {
  it("closes the person, however often it is asked for, and opens them again", async () => {
    const courierId = await service.givenCourier();
    const deliveryId = await service.givenDelivery();
    const saga = someSaga();

    await saga.send("do", ClosePersonSchema, { userId: courierId });
    await saga.send("do", ClosePersonSchema, { userId: courierId });
    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do done", "2 do done"]);
    const refused = service.dispatcher.deliveries.assignCourier({ deliveryId, courierId });
    expect((await refusalOf(refused)).reason).toBe("PERSON_CLOSED");

    await saga.send("undo", ReopenPersonSchema, { userId: courierId });
    await saga.send("undo", ReopenPersonSchema, { userId: courierId });
    await expect.poll(() => saga.answers(), SOON).toHaveLength(4);
    expect((await saga.answers()).slice(2)).toEqual(["3 undo done", "4 undo done"]);
    await service.dispatcher.deliveries.assignCourier({ deliveryId, courierId });
  });

  it("is refused while they carry a delivery, and can be undone all the same", async () => {
    const { courierId } = await service.givenAssigned();
    const saga = someSaga();

    await saga.send("do", ClosePersonSchema, { userId: courierId });
    await saga.send("undo", ReopenPersonSchema, { userId: courierId });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do refused PERSON_BUSY", "2 undo done"]);
  });

  it("does not happen after its undo", async () => {
    const courierId = await service.givenCourier();
    const saga = someSaga();

    await saga.send("undo", ReopenPersonSchema, { userId: courierId });
    await saga.send("do", ClosePersonSchema, { userId: courierId });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 undo done", "2 do refused STEP_LATE"]);
    const onDuty = { courierId, availability: Availability.AVAILABLE };
    await service.dispatcher.couriers.setAvailability(onDuty);
  });
});

describe("the step deliveries", () => {
  it("anonymises what the person ordered and carried, however often it is asked for", async () => {
    const { deliveryId, courierId } = await service.givenPickedUp("a customer");
    await service.dispatcher.deliveries.completeDelivery({ deliveryId });

    for (const userId of ["a customer", courierId]) {
      const saga = someSaga();
      await saga.send("do", ClosePersonSchema, { userId });
      await saga.send("do", AnonymiseDeliveriesSchema, { userId });
      await saga.send("do", AnonymiseDeliveriesSchema, { userId });
      await expect.poll(() => saga.answers(), SOON).toEqual(["1 do done", "2 do done", "3 do done"]);
    }

    const { delivery } = await service.dispatcher.deliveries.getDelivery({ deliveryId });
    expect(delivery).toMatchObject({ courierId, note: "", recipient: { name: "", phone: "" } });
    const profile = service.dispatcher.couriers.getCourier({ courierId });
    expect((await refusalOf(profile)).reason).toBe("COURIER_NOT_FOUND");
  });

  it("does nothing about somebody who has no part in any delivery", async () => {
    const saga = someSaga();

    await saga.send("do", AnonymiseDeliveriesSchema, { userId: randomUUID() });

    await expect.poll(() => saga.answers(), SOON).toEqual(["1 do done"]);
  });
});

function someSaga() {
  return testSaga("delivery", { bus, db: service.db });
}
