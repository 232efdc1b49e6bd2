import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FragileStore, fragileStore } from "@animal-delivery/platform/testing/fragile-store";
import { type TestTelemetry, testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { type Counters, createCounters } from "./counters.ts";

let kv: FragileStore;
let telemetry: TestTelemetry;
let counters: Counters;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  kv = fragileStore();
  telemetry = testTelemetry("api-gateway");
  counters = createCounters(kv, telemetry);
});
afterEach(async () => {
  vi.useRealTimers();
  await kv[Symbol.asyncDispose]();
});

describe("counters", () => {
  it("are shared by all that have the store", async () => {
    await createCounters(kv, testTelemetry()).increment("key", 60_000);

    expect((await counters.increment("key", 60_000)).count).toBe(2);
    await counters.decrement("key");
    expect((await counters.increment("key", 60_000)).count).toBe(2);
    await counters.delete("key");
    expect((await counters.increment("key", 60_000)).count).toBe(1);
  });

  it("go on in this process while the store is away, and say so once", async () => {
    await counters.increment("key", 60_000);
    kv.setAway(true);

    const counts = [];
    for (let turn = 0; turn < 3; turn++) counts.push((await counters.increment("key", 60_000)).count);

    expect(counts).toEqual([1, 2, 3]);
    expect(await fallbacks()).toBe(3);
    expect(telemetry.lines).toHaveLength(1);
  });

  it("ask the store once a second whether it is back, and use it when it is", async () => {
    await counters.increment("key", 60_000);
    kv.setAway(true);
    for (let turn = 0; turn < 5; turn++) await counters.increment("key", 60_000);
    expect(kv.refused()).toBe(1);

    vi.advanceTimersByTime(1_000);
    await Promise.all(Array.from({ length: 5 }, async () => counters.increment("key", 60_000)));
    expect(kv.refused()).toBe(2);

    kv.setAway(false);
    vi.advanceTimersByTime(1_000);
    expect((await counters.increment("key", 60_000)).count).toBe(2);
    expect(telemetry.lines).toHaveLength(2);
  });
});

async function fallbacks(): Promise<number | undefined> {
  const metric = await telemetry.meters.registry.getSingleMetric("rate_limit_fallbacks_total")?.get();
  return metric?.values[0]?.value;
}
