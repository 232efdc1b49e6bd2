import { afterEach, describe, expect, it, vi } from "vitest";
import { createHalts } from "./halts.ts";
import { REBALANCE_MS } from "./limits.ts";

const whole = Promise.resolve(true);
const part = Promise.resolve(false);

describe("a partition", () => {
  afterEach(() => void vi.useRealTimers());

  it("is read on when its handler has committed all", async () => {
    const resume = vi.fn<() => void>();

    createHalts(fail).resumeAfter(whole, resume, 0);
    await settled();

    expect(resume).toHaveBeenCalledOnce();
  });

  it("waits for the next join when something is left", async () => {
    const resume = vi.fn<() => void>();
    const halts = createHalts(fail);

    halts.resumeAfter(part, resume, 0);
    await settled();
    expect(resume).not.toHaveBeenCalled();
    halts.joined();
    halts.joined();

    expect(resume).toHaveBeenCalledOnce();
  });

  it("is read on when the group was joined while its handler still worked", async () => {
    const resume = vi.fn<() => void>();
    const halts = createHalts(fail);
    const working = Promise.withResolvers<boolean>();

    halts.resumeAfter(working.promise, resume, 0);
    halts.joined();
    working.resolve(false);
    await settled();

    expect(resume).toHaveBeenCalledOnce();
  });

  it("is read on when its handler ended before a join of which it is told later", async () => {
    const resume = vi.fn<() => void>();
    const halts = createHalts(fail);
    const since = halts.generation();

    halts.joined();
    halts.resumeAfter(part, resume, since);
    await settled();

    expect(resume).toHaveBeenCalledOnce();
  });

  it("is not forgotten when no join comes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const giveUp = vi.fn<(reason: Error) => void>();
    const halts = createHalts(giveUp);

    halts.resumeAfter(part, fail, 0);
    await settled();
    vi.advanceTimersByTime(REBALANCE_MS);

    expect(giveUp).toHaveBeenCalledOnce();
    halts.close();
  });
});

function fail(): void {
  throw new Error("not expected");
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
