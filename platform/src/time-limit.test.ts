import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { withTimeLimit } from "./time-limit.ts";

const LONG_MS = 60_000;

describe("withTimeLimit", () => {
  it("hands on what the work comes to", async () => {
    const outer = new AbortController().signal;

    await expect(withTimeLimit(outer, LONG_MS, () => Promise.resolve("done"))).resolves.toBe("done");
    await expect(withTimeLimit(outer, LONG_MS, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  });

  it("aborts the work when its time is over", async () => {
    const outer = new AbortController().signal;

    await expect(withTimeLimit(outer, 5, aborted)).resolves.toMatchObject({
      message: "the work took longer than 5 ms",
    });
  });

  it("aborts the work with the outer signal, also with one that aborted before", async () => {
    const outer = new AbortController();
    const running = withTimeLimit(outer.signal, LONG_MS, aborted);

    outer.abort("drain");

    await expect(running).resolves.toBe("drain");
    await expect(withTimeLimit(outer.signal, LONG_MS, aborted)).resolves.toBe("drain");
  });
});

async function aborted(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await once(signal, "abort");
  return signal.reason;
}
