import type { ClusterMetadata, Consumer, GroupAssignment } from "@platformatic/kafka";
import type { Logger } from "../log/logger.ts";
import { pause } from "../pause.ts";
import { createWake, type Wake } from "../wake.ts";
import type { Membership } from "./driver.ts";
import type { Halts } from "./halts.ts";
import { FETCH_BYTES_MAX, FETCH_WAIT_MS, PARTITION_BYTES_MAX } from "./limits.ts";
import { isProtocolError } from "./platformatic-client.ts";
import { firstOffsets, startPositions, type ReadPosition } from "./platformatic-positions.ts";
import { partitionsOf } from "./platformatic-records.ts";
import { waitQuick } from "./quick.ts";

const RETRY_MS = 200;

/** A commit with one of these comes from a member of the past. */
const FENCED = ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "FENCED_INSTANCE_ID"];

interface Reading {
  readonly consumer: Consumer;
  readonly membership: Membership;
  readonly halts: Halts;
  readonly log: Logger;
  /** Ends with the generation of the group. */
  readonly end: AbortSignal;
  readonly wake: Wake;
}

/** Reads the partitions of one generation of the group until it ends, and hands what it reads to the handlers. */
export async function readAssigned(
  assignments: readonly GroupAssignment[],
  options: Omit<Reading, "wake">,
): Promise<void> {
  const reading: Reading = { ...options, wake: createWake() };
  const { consumer, membership, end, wake } = reading;
  const positions = await startPositions(consumer, assignments);
  const asked = new Map<number, Promise<void>>();
  while (!end.aborted) {
    const mark = wake.since();
    const metadata = await consumer.metadata({ topics: [...membership.topics] }).catch(() => undefined);
    const byNode = metadata ? freeByNode(positions, metadata, membership) : new Map<number, ReadPosition[]>();
    for (const [node, free] of byNode) {
      if (asked.has(node) || !metadata) continue;
      const asking = askNode(reading, metadata, node, free).finally(() => {
        asked.delete(node);
        wake.wake();
      });
      asked.set(node, asking);
    }
    // A handler that ends wakes it, and so does an answer.
    await wake.sleep(mark, FETCH_WAIT_MS, end);
  }
  await Promise.all(asked.values());
}

/** What may be read on, by the broker that leads it. */
function freeByNode(positions: readonly ReadPosition[], { topics }: ClusterMetadata, { works }: Membership) {
  const free = positions.filter(({ topic, partition, isFree }) => isFree && !works.has(topic, partition));
  return Map.groupBy(free, ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1);
}

/** One request to one broker. Never rejects: what fails is asked again. */
async function askNode(
  reading: Reading,
  metadata: ClusterMetadata,
  node: number,
  positions: readonly ReadPosition[],
): Promise<void> {
  const { consumer, membership, log, end } = reading;
  try {
    const response = await consumer.fetch({ node, ...FETCH, topics: topicsOf(positions, metadata) });
    membership.alive();
    // The group was joined anew meanwhile: these records are read by whoever owns them now.
    if (end.aborted) return;
    const started = partitionsOf(response).flatMap((fetched) => {
      const at = positions.find(
        ({ topic, partition }) => partition === fetched.partition && metadata.topics.get(topic)?.id === fetched.topicId,
      );
      // Fetched a second time while its leader moved: two handlers of one partition could commit over each other.
      if (!at?.isFree || membership.works.has(at.topic, at.partition) || fetched.nextOffset <= at.nextOffset) return [];
      return [startWork(reading, at, fetched)];
    });
    await waitQuick(Promise.all(started));
  } catch (error) {
    if (end.aborted) return;
    log.info("fetch failed, it is repeated", { node, error });
    consumer.clearMetadata();
    await (isProtocolError(error, "OFFSET_OUT_OF_RANGE") ? rewind(reading, positions) : undefined)?.catch(
      () => undefined,
    );
    await pause(RETRY_MS, end);
  }
}

const FETCH = { minBytes: 1, maxBytes: FETCH_BYTES_MAX, maxWaitTime: FETCH_WAIT_MS };

function topicsOf(positions: readonly ReadPosition[], { topics }: ClusterMetadata) {
  const byTopic = Map.groupBy(positions, ({ topic }) => topic);
  return [...byTopic].map(([topic, ofTopic]) => ({
    topicId: topics.get(topic)?.id ?? "",
    partitions: ofTopic.map(({ partition, nextOffset }) => ({
      partition,
      fetchOffset: nextOffset,
      partitionMaxBytes: PARTITION_BYTES_MAX,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    })),
  }));
}

async function startWork(
  { consumer, membership, halts, wake }: Reading,
  at: ReadPosition,
  { recordsFrom, nextOffset }: ReturnType<typeof partitionsOf>[number],
): Promise<void> {
  const { topic, partition } = at;
  const records = recordsFrom(at.nextOffset);
  at.nextOffset = nextOffset;
  at.isFree = false;
  const since = halts.generation();
  const working = membership.works.start({
    topic,
    partition,
    records,
    commit: async (offset) => {
      try {
        await consumer.commit({ offsets: [{ topic, partition, offset, leaderEpoch: -1 }] });
        return true;
      } catch (error) {
        if (isProtocolError(error, ...FENCED)) return false;
        throw error;
      }
    },
  });
  halts.resumeAfter(
    working,
    () => {
      at.isFree = true;
      wake.wake();
    },
    since,
  );
  await working;
}

/** What is out of range begins at the beginning. */
async function rewind({ consumer, log }: Reading, positions: readonly ReadPosition[]): Promise<void> {
  const assignments = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition }) => partition),
  }));
  const first = await firstOffsets(consumer, assignments);
  const next = await consumer.listOffsets({ topics: assignments.map(({ topic }) => topic) });
  for (const at of positions) {
    const from = first.get(at.topic)?.[at.partition];
    const to = next.get(at.topic)?.[at.partition];
    if (from === undefined || to === undefined || (at.nextOffset >= from && at.nextOffset <= to)) continue;
    log.warn("offset out of range, the partition is read from its beginning", { ...at, first: from });
    at.nextOffset = from;
  }
}
