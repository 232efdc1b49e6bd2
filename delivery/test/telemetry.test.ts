// Drives the RPCs of delivery with all their spans and with log lines from debug on: no word of a person is in any of them.
import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Availability } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { FailureReason } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { spanTelemetry } from "@animal-delivery/platform/testing/spans";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymisePerson } from "../src/app/anonymise-person.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import { courierGrant, customerGrant, dispatcherGrant, givenReplica } from "./fixture.ts";
import { createOrdersStub } from "./orders-stub.ts";

/** What the orders' stub says of a customer, the courier's name and words, and where they were. */
const PERSONAL = /Anna|Schmidt|4915112345678|Gartenweg|Tierheim|Berlin|13057|shy|kanarienvogel|48\.123456/i;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ migrations: [MIGRATIONS] });
});
afterAll(() => db[Symbol.asyncDispose]());

describe("the log and the traces of delivery", () => {
  it("name nobody while a delivery lives and is anonymised", async () => {
    const telemetry = spanTelemetry("delivery");
    const orders = createOrdersStub();
    const service = givenReplica(db, orders.client, telemetry);
    const dispatcher = service.as(dispatcherGrant());
    const courierId = randomUUID();
    const courier = service.as(courierGrant(courierId)).deliveries;
    await dispatcher.couriers.registerCourier({ courierId, displayName: "kanarienvogel" });
    await dispatcher.couriers.setAvailability({ courierId, availability: Availability.AVAILABLE });
    const { delivery } = await dispatcher.deliveries.startDelivery({ orderId: orders.place("subject-1") });
    const deliveryId = delivery?.deliveryId ?? "";
    await dispatcher.deliveries.assignCourier({ deliveryId, courierId });
    await courier.pickUpDelivery({ deliveryId });
    const deviceTime = timestampFromDate(new Date());
    const position = { deviceSequence: 1n, deviceTime, latitude: 48.123_456, longitude: 48.123_456 };
    await courier.reportPositions({ deliveryId, positions: [position] });
    const late = dispatcher.deliveries.cancelDelivery({ deliveryId, reason: "kanarienvogel" });
    expect((await refusalOf(late)).reason).toBe("DELIVERY_STATUS_REFUSED");
    await courier.failDelivery({ deliveryId, reason: FailureReason.ANIMAL_UNFIT, note: "kanarienvogel" });
    await service.as(customerGrant("subject-1")).deliveries.getDelivery({ deliveryId });
    await dispatcher.deliveries.getDeliveryStatus({ deliveryId });
    await dispatcher.deliveries.listDeliveries({});
    await dispatcher.couriers.listCouriers({});
    for await (const _ of courier.trackDelivery({ deliveryId, resumeToken: "1" }));
    await db.transaction((tx) => anonymisePerson(tx, courierId));

    const lines = telemetry.lines.map((line) => JSON.stringify(line));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => PERSONAL.test(line))).toEqual([]);
    expect(telemetry.spans().length).toBeGreaterThan(10);
    expect(telemetry.spans().filter((span) => PERSONAL.test(JSON.stringify(span)))).toEqual([]);
  });
});
