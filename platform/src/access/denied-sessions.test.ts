import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FragileStore, fragileStore } from "../testing/fragile-store.ts";
import { type TestTelemetry, testTelemetry } from "../testing/telemetry.ts";
import { createDeniedSessions, type DeniedSessions } from "./denied-sessions.ts";

let kv: FragileStore;
let stop: AbortController;
let running: Promise<void>[];
beforeEach(() => {
  kv = fragileStore();
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await kv[Symbol.asyncDispose]();
});

describe("denied sessions", () => {
  it("are known at once where they ended, and soon everywhere else", async () => {
    const [here, there] = [startProcess(), startProcess()];

    await here.deny("session-1", 60_000);

    expect(here.isDenied("session-1")).toBe(true);
    await expect.poll(() => there.isDenied("session-1")).toBe(true);
    expect(there.isDenied("session-2")).toBe(false);
  });

  it("stay denied while the store is away, and the copy's age is known", async () => {
    const telemetry = testTelemetry();
    const sessions = startProcess(telemetry);
    await startProcess().deny("session-1", 60_000);
    await expect.poll(() => sessions.isDenied("session-1")).toBe(true);

    kv.setAway(true);
    await expect.poll(() => kv.refused()).toBeGreaterThan(5);

    expect(sessions.isDenied("session-1")).toBe(true);
    await expect.poll(async () => metric(telemetry, "denied_sessions_copy_age_seconds")).toBeGreaterThan(0.05);
    expect(telemetry.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("are forgotten when their tokens have expired", async () => {
    const sessions = startProcess();

    await sessions.deny("session-1", 20);

    await expect.poll(() => sessions.isDenied("session-1")).toBe(false);
  });

  it("come back to a store that lost them, from any process that knows them", async () => {
    const [, there] = [startProcess(), startProcess()];
    await startProcess().deny("session-1", 60_000);
    await expect.poll(() => there.isDenied("session-1")).toBe(true);

    kv.flush();

    await expect.poll(async () => [...(await kv.changesOf("denied-sessions")).members.keys()]).toEqual(["session-1"]);
    const newcomer = startProcess();
    await expect.poll(() => newcomer.isDenied("session-1")).toBe(true);
  });

  it("come back when the store was flushed and somebody else denied a session before anybody looked", async () => {
    const telemetry = testTelemetry();
    const sessions = startProcess(telemetry);
    await sessions.deny("session-1", 60_000);
    await expect.poll(async () => (await kv.changesOf("denied-sessions")).members.size).toBe(1);

    kv.flush();
    await kv.addToSet("denied-sessions", new Map([["session-2", 60_000]]));

    await expect.poll(async () => (await kv.changesOf("denied-sessions")).members.size).toBe(2);
    expect(sessions.isDenied("session-2")).toBe(true);
    await expect.poll(async () => metric(telemetry, "denied_sessions_put_back_total")).toBeGreaterThan(0);
  });

  it("that ended while the store was away are told to it when it is back", async () => {
    const [here, there] = [startProcess(), startProcess()];
    kv.setAway(true);

    await expect(here.deny("session-1", 60_000)).rejects.toMatchObject({ kind: "unavailable" });
    expect(here.isDenied("session-1")).toBe(true);
    expect(there.isDenied("session-1")).toBe(false);
    kv.setAway(false);

    await expect.poll(() => there.isDenied("session-1")).toBe(true);
  });

  it("are read whole when there are many", async () => {
    const given = Array.from({ length: 2_500 }, (_, index) => [`session-${index}`, 60_000] as const);
    await kv.addToSet("denied-sessions", new Map(given));

    const sessions = startProcess();

    await expect.poll(() => given.every(([sessionId]) => sessions.isDenied(sessionId))).toBe(true);
  });
});

/** What a process of its own would have. */
function startProcess(telemetry = testTelemetry()): DeniedSessions {
  const sessions = createDeniedSessions(kv, telemetry, { intervalMs: 5 });
  running.push(sessions.task.run(stop.signal));
  return sessions;
}

async function metric({ meters }: TestTelemetry, name: string): Promise<number | undefined> {
  const found = await meters.registry.getSingleMetric(name)?.get();
  return found?.values[0]?.value;
}
