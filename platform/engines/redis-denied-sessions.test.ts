import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDeniedSessions, type DeniedSessions } from "../src/access/denied-sessions.ts";
import type { KeyValueStore } from "../src/kv/key-value-store.ts";
import { ownRedis, type OwnRedis } from "../src/testing/own-redis.ts";
import { testTelemetry } from "../src/testing/telemetry.ts";

/** What the platform promises: a session that ended is refused everywhere within this time. */
const WITHIN = { timeout: 5_000, interval: 50 };

let redis: OwnRedis;
let stop: AbortController;
let running: Promise<void>[];
let stores: KeyValueStore[];
let here: DeniedSessions;
let there: DeniedSessions;
beforeEach(async () => {
  redis = await ownRedis();
  stop = new AbortController();
  running = [];
  stores = [];
  [here, there] = [await startProcess(), await startProcess()];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  for (const store of stores) await store[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

describe("a session that ended", () => {
  it("is refused everywhere within seconds", async () => {
    await here.deny("session", 60_000);

    await expect.poll(() => there.isDenied("session"), WITHIN).toBe(true);
  });

  it.each([
    ["flushed", async () => redis.flush()],
    ["killed and started empty", async () => redis.kill().then(async () => redis.start())],
  ])("stays refused when Redis is %s, for those who come later too", async (_, lose) => {
    await here.deny("session", 60_000);
    await expect.poll(() => there.isDenied("session"), WITHIN).toBe(true);

    await lose();

    const newcomer = await startProcess();
    await expect.poll(() => newcomer.isDenied("session"), WITHIN).toBe(true);
    expect([here.isDenied("session"), there.isDenied("session")]).toEqual([true, true]);
  });

  it("stays refused through flushes while others end", async () => {
    const ended: string[] = [];
    for (let flush = 0; flush < 5; flush++) {
      for (let count = 0; count < 20; count++) {
        const sessionId = `session-${flush}-${count}`;
        await (count % 2 === 0 ? here : there).deny(sessionId, 60_000);
        ended.push(sessionId);
        if (count === 10) await redis.flush();
      }
    }

    const newcomer = await startProcess();
    for (const process of [here, there, newcomer]) {
      await expect.poll(() => ended.filter((sessionId) => !process.isDenied(sessionId)), WITHIN).toEqual([]);
    }
  });

  it.each([
    ["stalled", async () => redis.stall(), async () => redis.resume()],
    ["dead", async () => redis.kill(), async () => redis.start()],
  ])("while Redis is %s is refused where it ended, and everywhere once Redis is back", async (_, fail, mend) => {
    await here.deny("before", 60_000);
    await expect.poll(() => there.isDenied("before"), WITHIN).toBe(true);
    await fail();

    await expect(here.deny("during", 60_000)).rejects.toMatchObject({ kind: "unavailable" });
    expect([here.isDenied("during"), here.isDenied("before"), there.isDenied("before")]).toEqual([true, true, true]);

    await mend();
    await expect.poll(() => there.isDenied("during"), WITHIN).toBe(true);
  });

  it("is learnt by a process that started while Redis was away", async () => {
    await here.deny("session", 60_000);
    await redis.kill();

    const newcomer = await startProcess();
    expect(newcomer.isDenied("session")).toBe(false);
    await redis.start();

    await expect.poll(() => newcomer.isDenied("session"), WITHIN).toBe(true);
  });
});

/** What a process of its own has: a connection, a copy, a loop. */
async function startProcess(): Promise<DeniedSessions> {
  const store = await redis.openStore();
  stores.push(store);
  const sessions = createDeniedSessions(store, testTelemetry());
  running.push(sessions.task.run(stop.signal));
  return sessions;
}
