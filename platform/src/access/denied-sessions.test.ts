import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../kv/memory.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import { createDeniedSessions } from "./denied-sessions.ts";

const stop = new AbortController();
afterEach(() => stop.abort());

describe("denied sessions", () => {
  it("are known at once where they ended, and soon everywhere else", async () => {
    await using kv = createMemoryStore();
    const here = createDeniedSessions(kv, testTelemetry());
    const there = createDeniedSessions(kv, testTelemetry(), { intervalMs: 5 });
    const running = there.task.run(stop.signal);

    await here.deny("session-1", 60_000);

    expect(here.isDenied("session-1")).toBe(true);
    await expect.poll(() => there.isDenied("session-1")).toBe(true);
    expect(there.isDenied("session-2")).toBe(false);
    stop.abort();
    await running;
  });

  it("stay denied while the store is away", async () => {
    await using kv = createMemoryStore();
    let away = false;
    let failedPulls = 0;
    const membersOf = async (key: string) => {
      if (!away) return kv.membersOf(key);
      failedPulls++;
      throw new Error("the store is away");
    };
    const telemetry = testTelemetry();
    const sessions = createDeniedSessions({ ...kv, membersOf }, telemetry, { intervalMs: 5 });
    await kv.addToSet("denied-sessions", "session-1", 60_000);
    const stopping = new AbortController();
    const running = sessions.task.run(stopping.signal);
    await expect.poll(() => sessions.isDenied("session-1")).toBe(true);

    away = true;
    await expect.poll(() => failedPulls).toBeGreaterThan(1);

    expect(sessions.isDenied("session-1")).toBe(true);
    expect(await telemetry.meters.registry.metrics()).toContain("denied_sessions_copy_age_seconds");
    stopping.abort();
    await running;
  });

  it("are forgotten when their tokens have expired", async () => {
    await using kv = createMemoryStore();
    const sessions = createDeniedSessions(kv, testTelemetry());

    await sessions.deny("session-1", 20);

    await expect.poll(() => sessions.isDenied("session-1")).toBe(false);
  });
});
