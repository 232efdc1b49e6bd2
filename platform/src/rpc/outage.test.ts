import { beforeEach, describe, expect, it } from "vitest";
import { type Outage, watchOutage } from "./outage.ts";

let nowMs: number;
let outage: Outage;
beforeEach(() => {
  nowMs = 0;
  outage = watchOutage(() => nowMs);
});

describe("an outage", () => {
  it("is long after more than ten seconds of failures alone, and over with the first answer", () => {
    const seen = [0, 5_000, 10_000, 10_001].map((atMs) => {
      failAt(atMs);
      return outage.isLong();
    });
    expect(seen).toEqual([false, false, false, true]);

    outage.answered();
    failAt(10_100);

    expect(outage.isLong()).toBe(false);
  });

  it("does not last while nobody calls", () => {
    failAt(0);
    failAt(60_000);

    expect(outage.isLong()).toBe(false);
  });
});

function failAt(atMs: number): void {
  nowMs = atMs;
  outage.failed();
}
