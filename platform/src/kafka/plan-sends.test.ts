import { describe, expect, it } from "vitest";
import { partitionOf } from "../bus/partition-of.ts";
import { RECORD_BYTES_MAX, SEND_BYTES_MAX } from "./limits.ts";
import { planSends } from "./plan-sends.ts";

describe("planSends", () => {
  it("gives each send one partition, and keeps the order there", () => {
    const records = Array.from({ length: 50 }, (_, at) => recordOf(`key ${at % 7}`));

    const sends = planSends(records, 3);

    expect(sends.flatMap(({ indices }) => indices).toSorted((a, b) => a - b)).toEqual(records.map((_, at) => at));
    for (const { partition, indices } of sends) {
      expect(indices.map((at) => partitionOf(records[at]!.key, 3))).toEqual(indices.map(() => partition));
      expect(indices).toEqual(indices.toSorted((a, b) => a - b));
    }
    expect(new Set(sends.map(({ partition }) => partition)).size).toBe(sends.length);
  });

  it("begins another send when one is full", () => {
    const records = Array.from({ length: 5 }, () => recordOf("a", SEND_BYTES_MAX / 2 - 1_000));

    expect(planSends(records, 4).map(({ indices }) => indices)).toEqual([[0, 1], [2, 3], [4]]);
  });

  it("sends a record alone that fills a send by itself", () => {
    const records = [recordOf("a"), recordOf("a", RECORD_BYTES_MAX - 100), recordOf("a")];

    expect(planSends(records, 4).map(({ indices }) => indices)).toEqual([[0], [1], [2]]);
  });

  it("refuses a record over the limit", () => {
    expect(() => planSends([recordOf("a"), recordOf("a", RECORD_BYTES_MAX)], 4)).toThrow("over the limit");
  });
});

function recordOf(key: string, bytes = 10) {
  return { key, value: new Uint8Array(bytes), headers: {} };
}
