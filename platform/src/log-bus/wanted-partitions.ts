import type { LiveMember } from "./group-store.ts";

/** A partition by name. */
export interface PartitionKey {
  readonly topic: string;
  readonly partition: number;
}

/**
 * The partitions that are one member's share. Every member computes the same shares from the same list, so they agree
 * without a leader; while their lists differ, claims keep two of them from one partition.
 */
export function wantedPartitions(
  memberId: number,
  members: readonly LiveMember[],
  partitions: readonly PartitionKey[],
): PartitionKey[] {
  return partitions.filter(({ topic, partition }) => {
    const readers = members.filter(({ topics }) => topics.includes(topic));
    return readers[partition % readers.length]?.memberId === memberId;
  });
}
