// Drives LogService through its RPC surface against a real ClickHouse in which everything was stored twice.
import { randomUUID } from "node:crypto";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Interval } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import {
  DeliveryCancelledSchema,
  DeliveryCompletedSchema,
  DeliveryFailedSchema,
  DeliveryStartedSchema,
} from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { OrderCancelledSchema, OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { eventRecord } from "../event-records.ts";
import { type TestLogging, testLogging } from "../test-logging.ts";
import type { TestEngines } from "../test-engines.ts";

/** Recent: events are deleted after two years. */
const DAY = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);

let logging: TestLogging;

export function statisticsSuite(engines: TestEngines): void {
  beforeAll(async () => {
    logging = await testLogging(engines);
    const orders = ["09:59:59.999", "10:00:00.000", "10:30:00.000", "10:59:59.999", "11:00:00.000"].map((time) =>
      eventRecord({ schema: OrderCreatedSchema, message: {}, aggregateId: randomUUID(), occurredAt: at(time) }),
    );
    const cancelled = eventRecord({
      schema: OrderCancelledSchema,
      message: {},
      aggregateId: randomUUID(),
      occurredAt: at("11:15:00.000"),
    });
    await logging.store(
      { topic: "orders.events", partition: 0, records: [...orders, cancelled] },
      {
        topic: "delivery.events",
        partition: 0,
        records: [
          // Started the day or minutes before; completed after 10, 20, 30 minutes and a day.
          ...delivered("10:10:00.000", 10),
          ...delivered("10:20:00.000", 20),
          ...delivered("10:30:00.000", 30),
          ...delivered("10:40:00.000", 24 * 60),
          // Its start was never seen.
          eventRecord({
            schema: DeliveryCompletedSchema,
            message: {},
            aggregateId: randomUUID(),
            occurredAt: at("12:00:00.000"),
          }),
          eventRecord({
            schema: DeliveryFailedSchema,
            message: {},
            aggregateId: randomUUID(),
            occurredAt: at("12:01:00.000"),
          }),
          eventRecord({
            schema: DeliveryCancelledSchema,
            message: {},
            aggregateId: randomUUID(),
            occurredAt: at("12:02:00.000"),
          }),
        ],
      },
    );
  });

  afterAll(() => logging[Symbol.asyncDispose]());

  describe("GetStatistics", () => {
    it("counts each event once, in the hour it happened", async () => {
      const { buckets } = await logging.client.getStatistics({
        interval: Interval.HOUR,
        from: timestampFromDate(at("10:20:00.000")),
        to: timestampFromDate(at("13:00:00.000")),
      });

      expect(buckets).toMatchObject([
        {
          startsAt: timestampFromDate(at("10:00:00.000")),
          ordersCreated: 3n,
          ordersCancelled: 0n,
          deliveriesStarted: 3n,
          deliveriesCompleted: 4n,
          deliverySecondsP50: 30 * 60,
          deliverySecondsP95: 24 * 60 * 60,
        },
        {
          startsAt: timestampFromDate(at("11:00:00.000")),
          ordersCreated: 1n,
          ordersCancelled: 1n,
          deliverySecondsP50: 0,
        },
        {
          startsAt: timestampFromDate(at("12:00:00.000")),
          deliveriesCompleted: 1n,
          deliveriesFailed: 1n,
          deliveriesCancelled: 1n,
          deliverySecondsP50: 0,
          deliverySecondsP95: 0,
        },
      ]);
      expect(buckets).toHaveLength(3);
    });

    it.each([
      [Interval.MINUTE, "10:30:00.000", "10:31:00.000", 1, "10:30:00.000"],
      [Interval.DAY, "10:30:00.000", "23:00:00.000", 1, "00:00:00.000"],
      [Interval.UNSPECIFIED, "10:30:00.000", "11:30:00.000", 2, "10:00:00.000"],
    ])("takes buckets of interval %i", async (interval, from, to, count, firstStart) => {
      const range = { from: timestampFromDate(at(from)), to: timestampFromDate(at(to)) };
      const { buckets } = await logging.client.getStatistics({ interval, ...range });

      expect(buckets).toHaveLength(count);
      expect(buckets[0]?.startsAt).toEqual(timestampFromDate(at(firstStart)));
    });

    it("answers nothing where nothing happened", async () => {
      const { buckets } = await logging.client.getStatistics({
        from: timestampFromDate(new Date("2001-01-01T00:00:00Z")),
        to: timestampFromDate(new Date("2001-01-02T00:00:00Z")),
      });

      expect(buckets).toEqual([]);
    });

    it("refuses more than 1,000 buckets", async () => {
      expect(await refusalOf(logging.client.getStatistics({ interval: Interval.MINUTE }))).toMatchObject({
        kind: "invalid",
        reason: "STATISTICS_TOO_FINE",
      });
    });
  });
}

function at(time: string): Date {
  return new Date(`${DAY}T${time}Z`);
}

function delivered(time: string, minutes: number) {
  const aggregateId = randomUUID();
  const completedAt = at(time);
  const startedAt = new Date(completedAt.getTime() - minutes * 60_000);
  return [
    eventRecord({ schema: DeliveryStartedSchema, message: {}, aggregateId, occurredAt: startedAt }),
    eventRecord({
      schema: DeliveryCompletedSchema,
      message: {},
      aggregateId,
      occurredAt: completedAt,
      aggregateVersion: 4n,
    }),
  ];
}
