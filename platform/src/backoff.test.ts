import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

describe("backoffMs", () => {
  it.each([
    { attempt: 1, fullMs: 100 },
    { attempt: 2, fullMs: 200 },
    { attempt: 4, fullMs: 800 },
    { attempt: 5, fullMs: 1_000 },
    { attempt: 5_000, fullMs: 1_000 },
  ])("waits between three quarters and all of $fullMs ms after attempt $attempt", ({ attempt, fullMs }) => {
    const waits = Array.from({ length: 50 }, () => backoffMs({ firstMs: 100, maxMs: 1_000 }, attempt));

    expect(Math.min(...waits)).toBeGreaterThanOrEqual(fullMs * 0.75);
    expect(Math.max(...waits)).toBeLessThanOrEqual(fullMs);
  });
});
