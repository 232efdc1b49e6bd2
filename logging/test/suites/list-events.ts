// Drives LogService through its RPC surface against a real ClickHouse in which everything was stored twice.
import { randomUUID } from "node:crypto";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { DeliveryStartedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import { OrderCancelledSchema, OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { eventRecord } from "../event-records.ts";
import { type TestLogging, testLogging } from "../test-logging.ts";
import type { TestEngines } from "../test-engines.ts";

// Recent: events are deleted after two years.
const START = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
const EVENTS = 25;

let logging: TestLogging;

export function listEventsSuite(engines: TestEngines): void {
  beforeAll(async () => {
    logging = await testLogging(engines);
    // Ten events share each millisecond, so pages must go on within one.
    const orders = Array.from({ length: EVENTS }, (_, n) =>
      eventRecord({
        schema: n % 5 === 0 ? OrderCancelledSchema : OrderCreatedSchema,
        message: { orderId: `order ${n}` },
        aggregateId: `order ${n}`,
        occurredAt: new Date(START + Math.floor(n / 10)),
        correlationId: n % 2 === 0 ? "even" : "odd",
        traceId: randomUUID().replaceAll("-", ""),
      }),
    );
    await logging.store({ topic: "orders.events", partition: 0, records: orders });
  });

  afterAll(() => logging[Symbol.asyncDispose]());

  describe("ListEvents", () => {
    it("tells each event once, the newest first", async () => {
      const { events, nextPageToken } = await logging.client.listEvents({ pageSize: 200 });

      expect(events).toHaveLength(EVENTS);
      expect(new Set(events.map((event) => event.eventId)).size).toBe(EVENTS);
      const times = events.map((event) => Number(event.occurredAt?.seconds) * 1e9 + Number(event.occurredAt?.nanos));
      expect(times).toEqual(times.toSorted((left, right) => right - left));
      expect(nextPageToken).toBe("");
    });

    it("tells all of an event", async () => {
      const eventId = randomUUID();
      const record = eventRecord({
        schema: OrderCreatedSchema,
        message: {
          orderId: "whole",
          customerId: "anna",
          items: [{ productId: "p", quantity: 2 }],
          totalMinor: 9007199254740993n,
        },
        aggregateId: "whole",
        eventId,
        aggregateVersion: 7n,
        occurredAt: new Date(START + 500_123),
        correlationId: "corr-whole",
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      });
      await logging.store({ topic: "orders.events", partition: 1, records: [record] });

      const { events } = await logging.client.listEvents({ aggregateId: "whole" });

      expect(events).toMatchObject([
        {
          eventId,
          type: "orders.v1.OrderCreated",
          aggregateId: "whole",
          aggregateVersion: 7n,
          occurredAt: timestampFromMs(START + 500_123),
          correlationId: "corr-whole",
          traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
          topic: "orders.events",
          payload: {
            order_id: "whole",
            customer_id: "anna",
            items: [{ product_id: "p", quantity: 2 }],
            total_minor: "9007199254740993",
          },
        },
      ]);
    });

    it.each([
      ["an aggregate", { aggregateId: "order 3" }, 1],
      ["a type", { type: "orders.v1.OrderCancelled" }, 5],
      ["a correlation id", { correlationId: "odd" }, 12],
      ["a time from on", { occurredAfter: at(1) }, 15],
      ["a time before", { occurredBefore: at(1) }, 10],
      ["a range of time", { occurredAfter: at(1), occurredBefore: at(2) }, 10],
      ["a bound between two milliseconds", { occurredAfter: { ...at(0), nanos: 1 } }, 15],
      ["a bound before all time", { occurredAfter: timestampFromDate(new Date("0001-01-01T00:00:00Z")) }, 25],
      [
        "a bound after all time",
        { correlationId: "odd", occurredBefore: timestampFromDate(new Date("9999-12-31T23:59:59Z")) },
        12,
      ],
      ["all at once", { type: "orders.v1.OrderCreated", correlationId: "even", occurredBefore: at(2) }, 8],
      ["what nobody has", { aggregateId: "'; drop table events; --" }, 0],
    ])("filters by %s", async (_, filter, count) => {
      const { events } = await logging.client.listEvents({ occurredBefore: at(10), ...filter, pageSize: 100 });

      expect(events).toHaveLength(count);
    });

    it.each([1, 3, 7, 24, 25])("gives every event once in pages of %i", async (pageSize) => {
      const filter = { occurredBefore: at(10), pageSize };
      const seen: string[] = [];
      let pageToken = "";
      do {
        const page = await logging.client.listEvents({ ...filter, pageToken });
        expect(page.events.length).toBeLessThanOrEqual(pageSize);
        seen.push(...page.events.map((event) => event.eventId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");

      expect(seen).toHaveLength(EVENTS);
      expect(new Set(seen).size).toBe(EVENTS);
    });

    it("goes on where it was when newer events arrive between two pages", async () => {
      const aggregateId = randomUUID();
      const eventAt = (ms: number) =>
        eventRecord({ schema: OrderCancelledSchema, message: {}, aggregateId, occurredAt: new Date(START + ms) });
      await logging.store({ topic: "orders.events", partition: 0, records: [eventAt(1), eventAt(2), eventAt(3)] });
      const first = await logging.client.listEvents({ aggregateId, pageSize: 2 });

      await logging.store({ topic: "orders.events", partition: 0, records: [eventAt(9)] });
      const second = await logging.client.listEvents({ aggregateId, pageSize: 2, pageToken: first.nextPageToken });

      expect(second.events.map((event) => event.occurredAt)).toEqual([timestampFromMs(START + 1)]);
    });

    it("refuses the token of another list, of other filters and a made-up one", async () => {
      const { nextPageToken } = await logging.client.listEvents({ pageSize: 1 });
      const madeUp = Buffer.from(JSON.stringify(["x", "1", "'"])).toString("base64url");

      expect(await refusalOf(logging.client.listEvents({ type: "other", pageToken: nextPageToken }))).toMatchObject({
        kind: "invalid",
        reason: "PAGE_TOKEN_INVALID",
      });
      expect(await refusalOf(logging.client.listEvents({ pageToken: madeUp }))).toMatchObject({
        reason: "PAGE_TOKEN_INVALID",
      });
      expect(await refusalOf(logging.client.listLogs({ pageToken: nextPageToken }))).toMatchObject({
        reason: "PAGE_TOKEN_INVALID",
      });
    });

    it("refuses a position that no list gave out, with the right filters", async () => {
      const { nextPageToken } = await logging.client.listEvents({ pageSize: 1 });
      const [fingerprint] = JSON.parse(Buffer.from(nextPageToken, "base64url").toString()) as string[];
      for (const position of [[], ["1", "no uuid"], ["-1", randomUUID()], ["1e99", randomUUID()]]) {
        const pageToken = Buffer.from(JSON.stringify([fingerprint, ...position])).toString("base64url");

        expect(await refusalOf(logging.client.listEvents({ pageToken }))).toMatchObject({
          reason: "PAGE_TOKEN_INVALID",
        });
      }
    });

    it("keeps events of types that it does not know", async () => {
      const known = eventRecord({ schema: DeliveryStartedSchema, message: { orderId: "o" }, aggregateId: "fed" });
      const envelope = fromBinary(EventEnvelopeSchema, known.value);
      const value = toBinary(EventEnvelopeSchema, { ...envelope, type: "delivery.v9.AnimalFed" });
      await logging.store({ topic: "delivery.events", partition: 0, records: [{ ...known, value }] });

      const { events } = await logging.client.listEvents({ type: "delivery.v9.AnimalFed" });

      expect(events).toMatchObject([{ payload: { base64: expect.any(String) } }]);
    });
  });
}

function at(ms: number) {
  return timestampFromMs(START + ms);
}
