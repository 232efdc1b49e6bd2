import { describe, expect, it } from "vitest";
import { slicesOf } from "./slices.ts";

describe("slicesOf", () => {
  it.each([
    [0, []],
    [1, [1]],
    [2_000, [2_000]],
    [4_001, [2_000, 2_000, 1]],
  ])("cuts %i small rows into %j", (count, sizes) => {
    const rows = Array.from({ length: count }, (_, n) => ({ n }));

    const slices = [...slicesOf(rows)];

    expect(slices.map((slice) => slice.length)).toEqual(sizes);
    expect(slices.flat()).toEqual(rows);
  });

  it("cuts by size too, and lets a huge row go alone", () => {
    const huge = { payload: "x".repeat(9 * 1024 * 1024) };
    const large = { payload: "y".repeat(3 * 1024 * 1024) };

    const sizes = [...slicesOf([large, large, large, huge, large])].map((slice) => slice.length);

    expect(sizes).toEqual([2, 1, 1, 1]);
  });
});
