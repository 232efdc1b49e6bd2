import { describe, expect, it } from "vitest";
import { median, percentile, spread } from "./percentile.ts";

describe("percentile", () => {
  it.each([
    [[5, 1, 3], 0.5, 3],
    [[1, 2, 3, 4], 0.5, 3],
    [[1, 2, 3, 4], 0, 1],
    [[1, 2, 3, 4], 1, 4],
    [[7], 0.99, 7],
  ])("of %j at %d is %d", (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  it("has no answer without values", () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe("spread", () => {
  it("is the distance of the extremes over the median", () => {
    expect(spread([90, 100, 120])).toBeCloseTo(0.3);
    expect(median([90, 100, 120])).toBe(100);
  });
});
