import { describe, expect, it } from "vitest";
import { wantedPartitions } from "./wanted-partitions.ts";

const both = ["orders.events", "delivery.events"];
const partitions = both.flatMap((topic) => Array.from({ length: 5 }, (_, partition) => ({ topic, partition })));

describe("wantedPartitions", () => {
  it("gives every partition to exactly one member, evenly", () => {
    const members = [7, 8, 9].map((memberId) => ({ memberId, topics: both }));

    const shares = members.map(({ memberId }) => wantedPartitions(memberId, members, partitions));

    expect(shares.flat()).toHaveLength(partitions.length);
    expect(new Set(shares.flat()).size).toBe(partitions.length);
    expect(shares.map((share) => share.length)).toEqual([4, 4, 2]);
  });

  it("gives a topic only to members that read it", () => {
    const members = [
      { memberId: 1, topics: ["orders.events"] },
      { memberId: 2, topics: ["delivery.events"] },
    ];

    expect(wantedPartitions(1, members, partitions).map(({ topic }) => topic)).toEqual(Array(5).fill("orders.events"));
  });

  it("gives nothing to a member that is not in the list", () => {
    expect(wantedPartitions(1, [], partitions)).toEqual([]);
  });
});
