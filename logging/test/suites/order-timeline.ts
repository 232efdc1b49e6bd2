// Drives LogService through its RPC surface against a real ClickHouse in which everything was stored twice.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GetOrderTimelineResponse } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import {
  DeliveryPickedUpSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import {
  OrderCreatedSchema,
  OrderDispatchedSchema,
  OrderTransitStartedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { serviceGrant, userGrant } from "@animal-delivery/platform/testing/grants";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { eventRecord, logRecord } from "../event-records.ts";
import { DISPATCHER, type TestLogging, testLogging } from "../test-logging.ts";
import type { TestEngines } from "../test-engines.ts";

const START = Date.now() - 60_000;
const CUSTOMER = userGrant({ subject: "anna" });

let logging: TestLogging;
let offset = 0n;

export function orderTimelineSuite(engines: TestEngines): void {
  beforeAll(async () => {
    logging = await testLogging(engines);
  });

  beforeEach(() => logging.callAs(DISPATCHER));

  afterAll(() => logging[Symbol.asyncDispose]());

  describe("GetOrderTimeline", () => {
    it("tells an order's and its delivery's events and the lines of their traces, by time", async () => {
      const { orderId } = await givenStory();

      const timeline = await logging.client.getOrderTimeline({ orderId });

      expect(namesOf(timeline)).toEqual([
        "request received",
        "OrderCreated",
        "order placed",
        "OrderDispatched",
        "DeliveryStarted",
        "DeliveryPickedUp",
        "OrderTransitStarted",
        "event stored",
      ]);
      expect(timeline.truncated).toBe(false);
    });

    it("finds the order by an id in capital letters", async () => {
      const { orderId } = await givenStory();

      const timeline = await logging.client.getOrderTimeline({ orderId: orderId.toUpperCase() });

      expect(timeline.entries).toHaveLength(8);
    });

    it("shows a customer the events of an order of theirs, and no log line", async () => {
      const { orderId } = await givenStory();
      logging.callAs(CUSTOMER);

      const timeline = await logging.client.getOrderTimeline({ orderId });

      expect(namesOf(timeline)).toEqual([
        "OrderCreated",
        "OrderDispatched",
        "DeliveryStarted",
        "DeliveryPickedUp",
        "OrderTransitStarted",
      ]);
    });

    it.each([
      ["another customer", userGrant({ subject: "ben" })],
      ["a relation that the timeline does not know", userGrant({ subject: "anna", relations: ["courier"] })],
      ["a service that is nobody's customer", serviceGrant("delivery", ["customer"])],
    ])("hides the order from %s", async (_, grant) => {
      const { orderId } = await givenStory();
      logging.callAs(grant);

      expect(await refusalOf(logging.client.getOrderTimeline({ orderId }))).toMatchObject({
        kind: "notFound",
        reason: "TIMELINE_NOT_FOUND",
      });
    });

    it("refuses an order that nobody placed in the same words", async () => {
      expect(await refusalOf(logging.client.getOrderTimeline({ orderId: randomUUID() }))).toMatchObject({
        kind: "notFound",
        reason: "TIMELINE_NOT_FOUND",
      });
    });

    it("gives the first 1,000 entries of a longer story and says that it goes on", async () => {
      const orderId = randomUUID();
      const traceId = traceIdOf();
      const created = {
        schema: OrderCreatedSchema,
        message: { orderId, customerId: "anna" },
        aggregateId: orderId,
        traceId,
      };
      await logging.store(
        { topic: "orders.events", partition: 0, records: [eventRecord({ ...created, occurredAt: new Date(START) })] },
        {
          topic: "logs",
          partition: 0,
          records: Array.from({ length: 1_200 }, (_, n) => line(traceId, n, `line ${n}`)),
        },
      );

      const timeline = await logging.client.getOrderTimeline({ orderId });

      expect(timeline.truncated).toBe(true);
      expect(timeline.entries).toHaveLength(1_000);
      expect(namesOf(timeline).slice(0, 3)).toEqual(["OrderCreated", "line 0", "line 1"]);
      expect(namesOf(timeline).at(-1)).toBe("line 998");
    });

    it("keeps events of one moment in the order of their aggregate", async () => {
      const orderId = randomUUID();
      const moment = { aggregateId: orderId, occurredAt: new Date(START) };
      await logging.store({
        topic: "orders.events",
        partition: 0,
        records: [
          eventRecord({ ...moment, schema: OrderTransitStartedSchema, message: { orderId }, aggregateVersion: 10n }),
          eventRecord({ ...moment, schema: OrderDispatchedSchema, message: { orderId }, aggregateVersion: 9n }),
          eventRecord({ ...moment, schema: OrderCreatedSchema, message: { orderId }, aggregateVersion: 1n }),
        ],
      });

      expect(namesOf(await logging.client.getOrderTimeline({ orderId }))).toEqual([
        "OrderCreated",
        "OrderDispatched",
        "OrderTransitStarted",
      ]);
    });
  });
}

/** An order on its way, with lines of its own traces and one of another. */
async function givenStory() {
  const orderId = randomUUID();
  const deliveryId = randomUUID();
  const [placing, starting] = [traceIdOf(), traceIdOf()];
  const order = (ms: number) => ({ aggregateId: orderId, occurredAt: new Date(START + ms), traceId: placing });
  const delivery = (ms: number) => ({ aggregateId: deliveryId, occurredAt: new Date(START + ms), traceId: starting });
  await logging.store(
    {
      topic: "orders.events",
      partition: 0,
      records: [
        eventRecord({ ...order(10), schema: OrderCreatedSchema, message: { orderId, customerId: "anna" } }),
        eventRecord({ ...order(30), schema: OrderDispatchedSchema, message: { orderId, deliveryId } }),
        eventRecord({ ...order(60), schema: OrderTransitStartedSchema, message: { orderId } }),
        // Another order of the same customer.
        eventRecord({ schema: OrderCreatedSchema, message: { customerId: "anna" }, aggregateId: randomUUID() }),
      ],
    },
    {
      topic: "delivery.events",
      partition: 0,
      records: [
        eventRecord({
          ...delivery(40),
          schema: DeliveryStartedSchema,
          message: { deliveryId, orderId, customerId: "anna" },
        }),
        eventRecord({ ...delivery(50), schema: DeliveryPickedUpSchema, message: { deliveryId, orderId } }),
      ],
    },
    {
      topic: "logs",
      partition: 0,
      records: [
        line(starting, 70, "event stored"),
        line(placing, 20, "order placed"),
        line(placing, 5, "request received"),
        line(traceIdOf(), 15, "somebody else's"),
        line("", 15, "outside any trace"),
      ],
    },
  );
  return { orderId };
}

function line(traceId: string, ms: number, message: string) {
  const timestamp = new Date(START + ms).toISOString();
  return logRecord({ timestamp, level: "info", service: "orders", message, trace_id: traceId }, offset++);
}

function traceIdOf(): string {
  return randomUUID().replaceAll("-", "");
}

/** The messages of lines, the short types of events. */
function namesOf({ entries }: GetOrderTimelineResponse): (string | undefined)[] {
  return entries.map(({ entry }) =>
    entry.case === "event" ? entry.value.type.split(".").at(-1) : entry.value?.message,
  );
}
