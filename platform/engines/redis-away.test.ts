import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyValueStore } from "../src/kv/key-value-store.ts";
import { ownRedis, type OwnRedis } from "../src/testing/own-redis.ts";
import { type TestTelemetry, testTelemetry } from "../src/testing/telemetry.ts";

let redis: OwnRedis;
let kv: KeyValueStore;
let telemetry: TestTelemetry;
beforeEach(async () => {
  redis = await ownRedis();
  telemetry = testTelemetry();
  kv = await redis.openStore(telemetry);
});
afterEach(async () => {
  await kv[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

describe("a store whose Redis", () => {
  it.each([
    ["stalls", async () => redis.stall(), async () => redis.resume()],
    ["is killed", async () => redis.kill(), async () => redis.start()],
  ])("%s refuses at once, and works again without a restart", async (_, fail, mend) => {
    await kv.set("key", "value", 60_000);
    expect(await connected()).toBe(1);
    await fail();

    const began = performance.now();
    for (let call = 0; call < 20; call++) {
      await expect(kv.increment("counter", 60_000)).rejects.toMatchObject({
        kind: "unavailable",
        reason: "UNAVAILABLE",
      });
    }
    expect(performance.now() - began).toBeLessThan(20 * 250);

    await mend();
    await expect
      .poll(async () => kv.set("key", "new", 60_000).then(() => kv.get("key")), { timeout: 10_000 })
      .toBe("new");
    await expect.poll(connected).toBe(1);
    expect((await kv.increment("other", 60_000)).count).toBe(1);
  });

  it("stays stalled for long is given up, said once, and found again", async () => {
    await redis.stall();
    await expect
      .poll(
        async () =>
          kv
            .get("key")
            .catch(() => undefined)
            .then(connected),
        { timeout: 10_000 },
      )
      .toBe(0);

    await redis.resume();

    await expect.poll(async () => kv.set("key", "value", 60_000).then(() => true), { timeout: 10_000 }).toBe(true);
    expect(telemetry.lines.map(({ message }) => message)).toEqual(["redis is away", "redis is back"]);
  });

  it("is not there yet opens all the same, and works when it comes", async () => {
    await redis.kill();
    await using early = await redis.openStore();
    await expect(early.get("key")).rejects.toMatchObject({ kind: "unavailable" });

    await redis.start();

    await expect.poll(async () => early.set("key", "value", 60_000).then(() => true), { timeout: 10_000 }).toBe(true);
  });

  it("answered is not taken for one that is away when this process was busy meanwhile", async () => {
    await kv.increment("key", 60_000);

    const answer = kv.increment("key", 60_000);
    const until = performance.now() + 300;
    while (performance.now() < until);

    expect((await answer).count).toBe(2);
  });

  it("forgot its scripts gets them again", async () => {
    await kv.increment("key", 60_000);
    await redis.kill();
    await redis.start();

    await expect.poll(async () => (await kv.increment("key", 60_000)).count, { timeout: 10_000 }).toBe(1);
    expect((await kv.increment("key", 60_000)).count).toBe(2);
  });
});

async function connected(): Promise<number | undefined> {
  const metric = await telemetry.meters.registry.getSingleMetric("redis_connected")?.get();
  return metric?.values[0]?.value;
}
