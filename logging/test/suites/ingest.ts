// The way from the bus into ClickHouse: a real log bus, a real ClickHouse, and a gate between the two that can be shut.
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { DeliveryStartedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import { BusTransport } from "@animal-delivery/platform/log/bus-transport";
import { createLogger } from "@animal-delivery/platform/log/logger";
import type { Service } from "@animal-delivery/platform/service/service";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { type TestTelemetry, testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { LOGGING_DEFAULTS } from "../../src/config.ts";
import { createLogging } from "../../src/service.ts";
import { openClickHouse } from "../../src/store/clickhouse.ts";
import { eventRecord } from "../event-records.ts";
import { tcpGate } from "../tcp-gate.ts";
import { type TestStore, testStore } from "../test-store.ts";
import type { TestEngines } from "../test-engines.ts";

const WAIT = { timeout: 30_000, interval: 50 };
const GROUPS = ["logging.events", "logging.logs"] as const;

let store: TestStore;
let bus: Bus;
let cleanUp: AsyncDisposableStack;

export function ingestSuite(engines: TestEngines): void {
  beforeEach(async () => {
    cleanUp = new AsyncDisposableStack();
    store = cleanUp.use(await testStore(engines));
    bus = cleanUp.use(await engines.openBus());
  });

  afterEach(() => cleanUp.disposeAsync());

  describe("logging", () => {
    it("stores the events of every topic and commits them", async () => {
      await givenEvents(30);
      await using running = start();

      await expect.poll(() => lagOf("logging.events"), WAIT).toBe(0n);

      expect(await countOf("stored_events")).toBe(60);
      expect(await running.telemetry.meters.registry.metrics()).toMatch(
        /events_stored_total\{type="orders.v1.OrderCreated",service="logging"\} 30/,
      );
    });

    it("says of each event, in its own trace, that it is stored", async () => {
      const [record] = await givenEvents(1);
      await using running = start();

      await expect.poll(() => running.telemetry.lines, WAIT).toHaveLength(2);

      const { traceparent = "" } = record?.headers ?? {};
      expect(running.telemetry.lines).toContainEqual(
        expect.objectContaining({
          message: "event stored",
          aggregate_id: record?.key,
          trace_id: traceparent.split("-")[1],
          correlation_id: "corr 0",
        }),
      );
    });

    it("stores the lines of every logger, its own too, and makes no line about a line", async () => {
      const meters = createMeters("logging");
      const transport = new BusTransport({ service: "logging", meters });
      transport.connect(bus);
      const log = createLogger({ service: "logging", level: "info", transports: [transport] });
      await givenEvents(5);
      await using _running = start({ telemetry: { ...testTelemetry("logging"), log, meters } });

      await expect.poll(() => countOf("stored_logs"), WAIT).toBe(10);
      await transport.drain();
      await expect.poll(() => lagOf("logging.logs"), WAIT).toBe(0n);

      expect(await countOf("stored_logs where message = 'event stored' and service = 'logging'")).toBe(10);
      expect(await countOf("stored_logs")).toBe(10);
    });

    it("goes on after a record that is no event, and keeps it", async () => {
      await bus.publish("orders.events", [{ key: "poison", value: Buffer.from("garbage"), headers: {} }]);
      await givenEvents(5);
      await using running = start();

      await expect.poll(() => lagOf("logging.events"), WAIT).toBe(0n);

      expect(await countOf("stored_events")).toBe(10);
      expect(await countOf("unreadable_records where record_key = 'poison' and base64Decode(value) = 'garbage'")).toBe(
        1,
      );
      expect(running.telemetry.lines).toContainEqual(
        expect.objectContaining({ level: "error", topic: "orders.events" }),
      );
    });

    it("tells each event once when it died between insert and commit", async () => {
      await givenEvents(20);
      const dying = start({ bus: withoutCommits(bus) });
      await expect.poll(() => countOf("events"), WAIT).toBeGreaterThanOrEqual(40);
      await dying[Symbol.asyncDispose]();
      expect(await lagOf("logging.events")).toBe(40n);

      await using _running = start();
      await expect.poll(() => lagOf("logging.events"), WAIT).toBe(0n);

      expect(await countOf("events")).toBeGreaterThanOrEqual(80);
      expect(await countOf("stored_events")).toBe(40);
    });

    it("stops while ClickHouse is away, is not ready, loses nothing and goes on by itself", async () => {
      const gate = await tcpGate(store.options.url);
      const clickhouse = openClickHouse({ ...store.options, url: gate.url });
      cleanUp.defer(() => clickhouse.close());
      await using running = start({ clickhouse: { writer: clickhouse, reader: clickhouse } });
      await givenEvents(10);
      await expect.poll(() => lagOf("logging.events"), WAIT).toBe(0n);
      await expect(ready(running.service)).resolves.toBeUndefined();

      await gate.close();
      await givenEvents(50);
      await expect(ready(running.service)).rejects.toThrow(/ECONNREFUSED|socket hang up/);
      // It has tried at least once, and committed nothing.
      await expect.poll(() => failedInserts(running.telemetry), WAIT).toBeGreaterThan(0);
      expect(await lagOf("logging.events")).toBe(100n);

      await gate.open();
      await expect.poll(() => lagOf("logging.events"), WAIT).toBe(0n);
      await expect(ready(running.service)).resolves.toBeUndefined();
      expect(await countOf("stored_events")).toBe(120);
      await running[Symbol.asyncDispose]();
      await gate.close();
    });

    it("takes in 20,000 events while it holds no more than a batch of each partition", async () => {
      await givenEvents(10_000);
      const held = { now: 0, most: 0 };
      const batchRowsMax = 500;
      await using _running = start({ bus: counting(bus, held), batchRowsMax });

      await expect.poll(() => lagOf("logging.events"), WAIT).toBe(0n);

      expect(await countOf("stored_events")).toBe(20_000);
      expect(held.most).toBeLessThanOrEqual(12 * batchRowsMax);
      // Large inserts, not one for each record.
      expect(
        await countOf("system.parts where table = 'events' and database = currentDatabase() and active"),
      ).toBeLessThan(60);
    });
  });
}

interface Overrides {
  readonly bus?: Bus;
  readonly clickhouse?: TestStore["clickhouses"];
  readonly telemetry?: Telemetry;
  readonly batchRowsMax?: number;
}

/** Runs the service's tasks as its runner would, until disposed of. */
function start({ batchRowsMax = 200, ...given }: Overrides = {}) {
  const telemetry: TestTelemetry = { ...testTelemetry("logging"), ...given.telemetry };
  const resources = { bus, clickhouse: store.clickhouses, ...given, telemetry };
  const service = createLogging({ ...LOGGING_DEFAULTS, batchAgeMs: 50, batchRowsMax }, resources);
  const stop = new AbortController();
  const ended = Promise.all(service.tasks.map((task) => task.run(stop.signal)));
  return {
    service,
    telemetry,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** So many orders and as many deliveries, each in a trace of its own. */
async function givenEvents(count: number) {
  const records = Array.from({ length: count }, (_, n) => {
    const orderId = randomUUID();
    const traceId = randomUUID().replaceAll("-", "");
    const common = { traceId, correlationId: `corr ${n}` };
    return [
      eventRecord({ ...common, schema: OrderCreatedSchema, message: { orderId }, aggregateId: orderId }),
      eventRecord({ ...common, schema: DeliveryStartedSchema, message: { orderId }, aggregateId: randomUUID() }),
    ] as const;
  });
  for (let from = 0; from < count; from += 1_000) {
    const some = records.slice(from, from + 1_000);
    await bus.publish(
      "orders.events",
      some.map(([order]) => order),
    );
    await bus.publish(
      "delivery.events",
      some.map(([, delivery]) => delivery),
    );
  }
  return records.flat();
}

async function countOf(from: string): Promise<number> {
  const result = await store.clickhouse.query({ query: `select count() as n from ${from}`, format: "JSONEachRow" });
  const [row] = await result.json<{ n: string }>();
  return Number(row?.n);
}

async function lagOf(group: (typeof GROUPS)[number]): Promise<bigint> {
  const topics = group === "logging.logs" ? ["logs"] : ["orders.events", "delivery.events"];
  const lags = await bus.lag(group, topics);
  return lags.reduce((sum, { records }) => sum + records, 0n);
}

async function ready(service: Service): Promise<void> {
  for (const check of service.checks) await check.check();
}

async function failedInserts({ meters }: Telemetry): Promise<number> {
  const text = await meters.registry.metrics();
  return Number(/insert_duration_seconds_count\{.*outcome="failed".*\} (\d+)/.exec(text)?.[1] ?? 0);
}

/** The bus as a process sees it that dies after its insert: no commit arrives. */
function withoutCommits(bus: Bus): Bus {
  const never = async (): Promise<void> => {
    throw new Error("the process died");
  };
  return {
    ...bus,
    consume: (options, signal) =>
      bus.consume({ ...options, handle: (batch) => options.handle({ ...batch, commit: never }) }, signal),
  };
}

/** Counts the records that handlers hold. */
function counting(bus: Bus, held: { now: number; most: number }): Bus {
  return {
    ...bus,
    consume: (options, signal) =>
      bus.consume(
        {
          ...options,
          handle: async (batch) => {
            held.now += batch.records.length;
            held.most = Math.max(held.most, held.now);
            await options.handle(batch).finally(() => (held.now -= batch.records.length));
          },
        },
        signal,
      ),
  };
}
