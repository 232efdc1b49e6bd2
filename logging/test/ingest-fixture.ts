import { randomUUID } from "node:crypto";
import { vi } from "vitest";
import { OrderCreatedSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { DeliveryStartedSchema } from "@animal-delivery/contracts/gen/delivery/v1/delivery_events_pb";
import type { Batch, Bus, ConsumedRecord } from "@animal-delivery/platform/bus/bus";
import type { Service } from "@animal-delivery/platform/service/service";
import { type TestTelemetry, testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { LOGGING_DEFAULTS } from "../src/config.ts";
import { createLogging } from "../src/service.ts";
import type { ClickHouses } from "../src/store/clickhouse.ts";
import { eventRecord } from "./event-records.ts";
import type { TestEngines } from "./test-engines.ts";
import { type TestStore, testStore } from "./test-store.ts";

export const WAIT = { timeout: 60_000, interval: 50 };

interface Overrides {
  readonly bus?: Bus;
  readonly clickhouse?: ClickHouses;
  readonly telemetry?: Partial<TestTelemetry>;
  readonly batchRowsMax?: number;
}

/** The service as its runner runs it, until disposed of. */
export interface RunningLogging extends AsyncDisposable {
  readonly service: Service;
  readonly telemetry: TestTelemetry;
}

/** A bus and a store that one test has for itself. */
export class IngestFixture implements AsyncDisposable {
  readonly #engines: { readonly store: TestStore; readonly bus: Bus };

  private constructor(engines: { readonly store: TestStore; readonly bus: Bus }) {
    this.#engines = engines;
  }

  static async on(engines: TestEngines): Promise<IngestFixture> {
    return new IngestFixture({ store: await testStore(engines), bus: await engines.openBus() });
  }

  get store(): TestStore {
    return this.#engines.store;
  }

  get bus(): Bus {
    return this.#engines.bus;
  }

  start({ batchRowsMax = 200, ...given }: Overrides = {}): RunningLogging {
    const telemetry = { ...testTelemetry("logging"), ...given.telemetry };
    const resources = { bus: this.bus, clickhouse: this.store.clickhouses, ...given, telemetry };
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

  /** Publishes so many orders and as many deliveries, each in a trace of its own. */
  async givenEvents(count: number): Promise<readonly Pick<ConsumedRecord, "key" | "headers">[]> {
    const pairs = Array.from({ length: count }, (_, n) => {
      const orderId = randomUUID();
      const common = { traceId: randomUUID().replaceAll("-", ""), correlationId: `corr ${n}` };
      return [
        eventRecord({ ...common, schema: OrderCreatedSchema, message: { orderId }, aggregateId: orderId }),
        eventRecord({ ...common, schema: DeliveryStartedSchema, message: { orderId }, aggregateId: randomUUID() }),
      ] as const;
    });
    for (let from = 0; from < count; from += 1_000) {
      const some = pairs.slice(from, from + 1_000);
      const [orders, deliveries] = [some.map(([order]) => order), some.map(([, delivery]) => delivery)];
      await this.bus.publish("orders.events", orders);
      await this.bus.publish("delivery.events", deliveries);
    }
    return pairs.flat();
  }

  async countOf(from: string): Promise<number> {
    const query = `select count() as n from ${from}`;
    const result = await this.store.clickhouse.query({ query, format: "JSONEachRow" });
    const [row] = await result.json<{ n: string }>();
    return Number(row?.n);
  }

  async lagOf(group: "logging.events" | "logging.logs"): Promise<bigint> {
    const topics = group === "logging.logs" ? ["logs"] : ["orders.events", "delivery.events"];
    const lags = await this.bus.lag(group, topics);
    return lags.reduce((sum, { records }) => sum + records, 0n);
  }

  /** Waits until every event is stored and committed. */
  async drained(): Promise<void> {
    await vi.waitUntil(async () => (await this.lagOf("logging.events")) === 0n, WAIT);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

/** A bus whose batches reach their handlers in another way. */
export function handing(bus: Bus, hand: (batch: Batch, handle: (batch: Batch) => Promise<void>) => Promise<void>): Bus {
  return {
    ...bus,
    consume: (options, signal) => bus.consume({ ...options, handle: (batch) => hand(batch, options.handle) }, signal),
  };
}

export async function ready(service: Service): Promise<void> {
  for (const check of service.checks) await check.check();
}

export async function failedInserts({ meters }: TestTelemetry): Promise<number> {
  const text = await meters.registry.metrics();
  return Number(/insert_duration_seconds_count\{.*outcome="failed".*\} (\d+)/.exec(text)?.[1] ?? 0);
}
