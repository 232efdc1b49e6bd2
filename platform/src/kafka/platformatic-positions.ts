import { ListOffsetTimestamps, type Consumer, type GroupAssignment } from "@platformatic/kafka";

/** Where a member reads on in a partition that it owns. */
export interface ReadPosition {
  readonly topic: string;
  readonly partition: number;
  nextOffset: bigint;
  /** Whether it may be read on. */
  isFree: boolean;
}

/** Where the group was in each partition; the beginning where it never was. */
export async function startPositions(
  consumer: Consumer,
  assignments: readonly GroupAssignment[],
): Promise<ReadPosition[]> {
  const topics = assignments.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }));
  if (topics.length === 0) return [];
  const committed = await consumer.listCommittedOffsets({ topics });
  const first = await firstOffsets(consumer, assignments);
  return assignments.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => {
      const at = committed.get(topic)?.[partition] ?? -1n;
      return { topic, partition, nextOffset: at >= 0n ? at : (first.get(topic)?.[partition] ?? 0n), isFree: true };
    }),
  );
}

/** The oldest records that there still are, by topic and partition. */
export function firstOffsets(consumer: Consumer, assignments: readonly GroupAssignment[]) {
  return consumer.listOffsets({
    topics: assignments.map(({ topic }) => topic),
    partitions: Object.fromEntries(assignments.map(({ topic, partitions }) => [topic, [...partitions]])),
    timestamp: ListOffsetTimestamps.EARLIEST,
  });
}
