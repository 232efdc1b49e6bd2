// Which spans storing leaves behind, over a real ClickHouse.
import { randomUUID } from "node:crypto";
import { type Context, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import { runInContext } from "@animal-delivery/platform/request-context";
import { contextFrom } from "@animal-delivery/platform/telemetry/propagation";
import { LOGGING_DEFAULTS } from "../../src/config.ts";
import { createLogging } from "../../src/service.ts";
import { openClickHouse } from "../../src/store/clickhouse.ts";
import { createReader } from "../../src/store/reader.ts";
import { eventRecord } from "../event-records.ts";
import { type RecordingTelemetry, recordingTelemetry } from "../recorded-spans.ts";
import { replayingBus } from "../replaying-bus.ts";
import type { TestEngines } from "../test-engines.ts";
import { type TestStore, testStore } from "../test-store.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

let store: TestStore;
let telemetry: RecordingTelemetry;

export function spansSuite(engines: TestEngines): void {
  beforeAll(async () => {
    store = await testStore(engines);
  });
  beforeEach(() => {
    telemetry = recordingTelemetry();
  });
  afterAll(() => store[Symbol.asyncDispose]());

  describe("storing events", () => {
    it("is a span in each event's trace, with the insert within when the batch is of one trace", async () => {
      await storeTwice([recordOf(TRACE_ID), recordOf(TRACE_ID)]);

      const stores = named("store orders.events");
      expect(stores).toHaveLength(4);
      for (const span of stores) {
        expect(span).toMatchObject({ kind: SpanKind.CONSUMER, parentSpanContext: { spanId: "00f067aa0ba902b7" } });
        expect(span.spanContext().traceId).toBe(TRACE_ID);
        expect(span.attributes).toMatchObject({ "messaging.consumer.group.name": "logging.events" });
      }
      const [insert] = named("clickhouse insert events");
      expect(insert).toMatchObject({
        kind: SpanKind.CLIENT,
        parentSpanContext: { traceId: TRACE_ID },
        links: [],
        attributes: {
          "db.system.name": "clickhouse",
          "db.operation.name": "INSERT",
          "db.collection.name": "events",
          "db.operation.batch.size": 2,
        },
      });
      expect(stores.map((span) => span.spanContext().spanId)).toContain(insert?.parentSpanContext?.spanId);
    });

    it("links the insert of many traces to no more than 64 of them", async () => {
      await storeTwice(Array.from({ length: 100 }, () => recordOf(randomUUID().replaceAll("-", ""))));

      expect(named("store orders.events")).toHaveLength(200);
      const [insert] = named("clickhouse insert events");
      expect(insert?.parentSpanContext).toBeUndefined();
      expect(insert?.links).toHaveLength(64);
      const stores = new Set(named("store orders.events").map((span) => span.spanContext().spanId));
      expect(insert?.links.every(({ context }) => stores.has(context.spanId))).toBe(true);
    });

    it("tells of a failed insert and of no event that was stored", async () => {
      const clickhouse = openClickHouse({ url: "http://127.0.0.1:1", database: "logging", requestTimeoutMs: 1_000 });

      await expect(storeTwice([recordOf(TRACE_ID)], { writer: clickhouse, reader: clickhouse })).rejects.toThrow(
        "ECONNREFUSED",
      );
      await clickhouse.close();

      expect(named("store orders.events")).toEqual([]);
      expect(named("clickhouse insert events")).toMatchObject([
        { status: { code: SpanStatusCode.ERROR }, attributes: { "error.type": "ECONNREFUSED" } },
      ]);
    });
  });

  describe("a question", () => {
    it("is a span of the trace in which it is asked", async () => {
      const reader = createReader(store.clickhouse, 5_000, telemetry);

      await inTrace(contextFrom({ traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` }), () =>
        reader.rows("one", "select 1", {}),
      );

      expect(telemetry.spans()).toMatchObject([
        {
          name: "clickhouse one",
          kind: SpanKind.CLIENT,
          parentSpanContext: { traceId: TRACE_ID },
          attributes: { "db.system.name": "clickhouse" },
        },
      ]);
    });
  });
}

/** Lets the consumers store these records of one partition, twice one after the other. */
async function storeTwice(records: readonly ConsumedRecord[], clickhouse = store.clickhouses): Promise<void> {
  const bus = replayingBus([{ topic: "orders.events", partition: 0, records }]);
  const { tasks } = createLogging({ ...LOGGING_DEFAULTS, batchAgeMs: 1 }, { telemetry, bus, clickhouse });
  await Promise.all(tasks.map((task) => task.run(new AbortController().signal)));
}

function recordOf(traceId: string): ConsumedRecord {
  return eventRecord({ schema: OrderCreatedSchema, message: {}, aggregateId: randomUUID(), traceId });
}

function named(name: string): readonly ReadableSpan[] {
  return telemetry.spans().filter((span) => span.name === name);
}

function inTrace<T>(context: Context, work: () => T): T {
  return runInContext({ requestId: "", correlationId: "", trace: context, signal: undefined }, work);
}
