import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observeBus } from "@animal-delivery/platform/bus/observe-bus";
import { createMeters } from "@animal-delivery/platform/telemetry/metrics";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { busOf } from "./relay-fixture.ts";

const WAIT = { timeout: 20_000, interval: 20 };

let bus: TestBus;

beforeAll(async () => {
  bus = await testBus();
});

afterAll(() => bus[Symbol.asyncDispose]());

describe("observeBus", () => {
  it("counts what the bus acknowledged and times each send by its outcome", async () => {
    const meters = createMeters("orders");
    const answers = [new Set([0, 1]), new Set([0]), undefined];
    const observed = observeBus(
      busOf(async () => answers.shift() ?? Promise.reject(new Error("away"))),
      meters,
    );

    await observed.publish("orders.events", [record(), record()]);
    await observed.publish("orders.events", [record(), record()]);
    await expect(observed.publish("orders.events", [record()])).rejects.toThrow("away");

    const metrics = await meters.registry.metrics();
    expect(metrics).toContain('bus_published_records_total{topic="orders.events",service="orders"} 3');
    for (const outcome of ["ok", "partial", "error"]) {
      expect(metrics).toMatch(new RegExp(`^bus_publish_duration_seconds_count\\{.*outcome="${outcome}".*\\} 1$`, "m"));
    }
  });

  it("tells how far each group is behind that consumes through it, and no other", async () => {
    const meters = createMeters("orders");
    const observed = observeBus(bus, meters);
    const topic = `orders.events-${randomUUID()}`;
    await observed.ensureTopics([{ topic, partitions: 1, retentionMs: 3_600_000 }]);
    await observed.publish(topic, [record(), record(), record()]);
    const stop = new AbortController();
    const handle = async () => new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
    const consuming = observed.consume({ group: "slow", topics: [topic], batchRecordsMax: 10, handle }, stop.signal);

    await expect
      .poll(() => meters.registry.metrics(), WAIT)
      .toContain(`consumer_lag_records{consumer="slow",topic="${topic}",partition="0",service="orders"} 3`);

    stop.abort();
    await consuming;
  });
});

function record() {
  return { key: "k", value: Buffer.from("v"), headers: {} };
}
