import { describe, expect, it } from "vitest";
import { runOpenLoop } from "./open-loop.ts";

const never = new AbortController().signal;

describe("runOpenLoop", () => {
  it("goes on sending although no answer has come, and sheds beyond the limit", async () => {
    const release = Promise.withResolvers<string>();
    let calls = 0;

    const run = runOpenLoop({
      rate: 1000,
      durationMs: 500,
      inFlightMax: 5,
      call: () => {
        calls += 1;
        return release.promise;
      },
      signal: never,
    });
    await expect.poll(() => calls).toBe(5);
    release.resolve("200");
    const report = await run;

    expect(report.shed).toBeGreaterThan(0);
    expect(report.latenciesMs).toHaveLength(report.sent);
    expect(report.outcomes.get("200")).toBe(report.sent);
  });

  it("counts a call that failed as an error", async () => {
    const report = await runOpenLoop({
      rate: 200,
      durationMs: 500,
      inFlightMax: 100,
      call: () => Promise.reject(new Error("refused")),
      signal: never,
    });

    expect(report.sent).toBeGreaterThan(0);
    expect(report.outcomes.get("error")).toBe(report.sent);
  });
});
