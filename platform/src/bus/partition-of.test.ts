import { describe, expect, it } from "vitest";
import { murmur2, partitionOf } from "./partition-of.ts";

describe("murmur2", () => {
  // The vectors of Kafka's own UtilsTest.
  it.each([
    ["21", -973_932_308],
    ["foobar", -790_332_482],
    ["a-little-bit-long-string", -985_981_536],
    ["a-little-bit-longer-string", -1_486_304_829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
    ["abc", 479_470_107],
  ])("agrees with Kafka on %s", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe("partitionOf", () => {
  it("spreads keys over all partitions", () => {
    const partitions = new Set(Array.from({ length: 200 }, (_, index) => partitionOf(`key ${index}`, 6)));

    expect([...partitions].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
