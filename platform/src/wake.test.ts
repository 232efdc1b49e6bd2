import { describe, expect, it } from "vitest";
import { createWake } from "./wake.ts";

const LONG_MS = 60_000;
const never = new AbortController().signal;

describe("wake", () => {
  it("ends every sleep", async () => {
    const wake = createWake();
    const sleeps = [wake.sleep(wake.since(), LONG_MS, never), wake.sleep(wake.since(), LONG_MS, never)];

    wake.wake();

    await expect(Promise.all(sleeps)).resolves.toHaveLength(2);
  });

  it("is not lost when it comes between the mark and the sleep", async () => {
    const wake = createWake();
    const mark = wake.since();
    wake.wake();

    await expect(wake.sleep(mark, LONG_MS, never)).resolves.toBeUndefined();
  });

  it("lets a sleeper go after the time and on abort", async () => {
    const wake = createWake();
    const stop = new AbortController();
    const sleep = wake.sleep(wake.since(), LONG_MS, stop.signal);
    stop.abort();

    await expect(sleep).resolves.toBeUndefined();
    await expect(wake.sleep(wake.since(), 1, never)).resolves.toBeUndefined();
  });
});
