import { describe, expect, it } from "vitest";
import { statisticsRange } from "./statistics-range.ts";

const NOW = new Date("2026-11-20T12:34:56.789Z");

describe("statisticsRange", () => {
  it("counts the last 24 hours when nothing is said", () => {
    expect(statisticsRange("hour", undefined, undefined, NOW)).toEqual({
      interval: "hour",
      from: new Date("2026-11-19T12:00:00.000Z"),
      to: NOW,
    });
  });

  it.each([
    ["minute", "2026-11-20T10:10:00.000Z"],
    ["hour", "2026-11-20T10:00:00.000Z"],
    ["day", "2026-11-20T00:00:00.000Z"],
  ] as const)("rounds the start down to the %s", (interval, expected) => {
    const { from } = statisticsRange(interval, new Date("2026-11-20T10:10:10.010Z"), undefined, NOW);

    expect(from).toEqual(new Date(expected));
  });

  it("takes 1,000 buckets and refuses one more", () => {
    const from = new Date(0);
    const thousandHours = 1_000 * 3_600_000;

    expect(statisticsRange("hour", from, new Date(thousandHours), NOW).from).toEqual(from);
    expect(() => statisticsRange("hour", from, new Date(thousandHours + 1), NOW)).toThrow(
      expect.objectContaining({ kind: "invalid", reason: "STATISTICS_TOO_FINE" }),
    );
  });
});
