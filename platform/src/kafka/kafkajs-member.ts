import {
  PartitionAssigners,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
  type KafkaMessage,
  type PartitionAssigner,
} from "kafkajs";
import { aborted } from "../aborted.ts";
import type { ConsumedRecord } from "../bus/bus.ts";
import { within } from "../within.ts";
import type { Membership } from "./driver.ts";
import { createHalts, type Halts } from "./halts.ts";
import { typeOf } from "./kafkajs-admin.ts";
import {
  CLOSE_MS_MAX,
  DRAIN_MS,
  FETCH_BYTES_MAX,
  FETCH_WAIT_MS,
  HAND_OVER_MS,
  HEARTBEAT_MS,
  PARTITION_BYTES_MAX,
  REBALANCE_MS,
  SESSION_MS,
} from "./limits.ts";
import { waitQuick } from "./quick.ts";

/** How many partitions' batches are handed over at once; more than a broker leads of our topics. */
const HAND_OVERS_MAX = 64;

/** A commit with one of these comes from a member of the past. */
const FENCED = new Set(["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "FENCED_INSTANCE_ID"]);

/** `KafkaDriver.takePart` by kafkajs. */
export async function takePartByKafkajs(kafka: Kafka, membership: Membership, end: AbortSignal): Promise<void> {
  const { works, alive } = membership;
  const consumer = kafka.consumer({
    groupId: membership.group,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: REBALANCE_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: PARTITION_BYTES_MAX,
    maxBytes: FETCH_BYTES_MAX,
    allowAutoTopicCreation: false,
    partitionAssigners: [handingOver(() => works.end(HAND_OVER_MS))],
    // It is our loop that starts a consumer anew: the library would leave one dead that met the wrong kind of error.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  const crash = Promise.withResolvers<never>();
  const halts = createHalts(crash.reject);
  consumer.on(consumer.events.CRASH, ({ payload }) => crash.reject(payload.error));
  consumer.on(consumer.events.FETCH, alive);
  consumer.on(consumer.events.HEARTBEAT, alive);
  consumer.on(consumer.events.GROUP_JOIN, () => {
    alive();
    // What began while the group was joined belongs to the former generation too.
    works.fence();
    halts.joined();
  });

  const stopping = new AbortController();
  const taking: Taking = { works, halts, end: AbortSignal.any([end, stopping.signal]) };
  const starting = start(consumer, membership.topics, taking);
  try {
    await Promise.race([Promise.all([starting, crash.promise]), aborted(end)]);
  } finally {
    stopping.abort();
    halts.close();
    await works.end(DRAIN_MS);
    await close(consumer, starting);
  }
}

/** What each batch of a membership needs. */
interface Taking {
  readonly works: Membership["works"];
  readonly halts: Halts;
  readonly end: AbortSignal;
}

async function start(consumer: Consumer, topics: readonly string[], taking: Taking): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: HAND_OVERS_MAX,
    eachBatch: (payload) => handOver(payload, taking),
  });
}

/** Gives a batch to the handler. Never rejects: what a handler throws may not reach the library, which would stop for good. */
async function handOver(payload: EachBatchPayload, { works, halts, end }: Taking): Promise<void> {
  const { batch } = payload;
  const { topic, partition, messages } = batch;
  // It is not resolved, and so fetched again by whoever owns the partition then.
  if (end.aborted) return void payload.pause();
  // Fetched a second time while its leader moved.
  if (works.has(topic, partition)) return;
  const since = halts.generation();
  const working = works.start({
    topic,
    partition,
    records: messages.map(recordOf),
    commit: (nextOffset) => commit(payload, nextOffset),
  });
  payload.resolveOffset(batch.lastOffset());
  if (await waitQuick(working)) return;
  halts.resumeAfter(working, payload.pause(), since);
}

/** Moves the group on; false when the group has moved on without us. */
async function commit(payload: EachBatchPayload, nextOffset: bigint): Promise<boolean> {
  const { topic, partition } = payload.batch;
  try {
    await payload.commitOffsetsIfNecessary({
      topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }],
    });
    return true;
  } catch (error) {
    if (FENCED.has(typeOf(error) ?? "")) return false;
    throw error;
  }
}

/**
 * Asks for a place in the group only when the handlers of the former generation have ended: the next owner of their
 * partitions does not start before, and no commit of theirs is mistaken for one of the new generation. Looking for the
 * coordinator is what the library does first at each join, and a partition assigner is given what it looks with.
 */
function handingOver(endHandlers: () => Promise<void>): PartitionAssigner {
  return (config) => {
    const { cluster } = config;
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      await endHandlers();
      return find(group);
    };
    return PartitionAssigners.roundRobin(config);
  };
}

/** Leaves the group. While it still joins, the library would not notice that it was told to stop. */
async function close(consumer: Consumer, starting: Promise<void>): Promise<void> {
  const closing = starting.catch(() => undefined).then(() => consumer.disconnect());
  await within(CLOSE_MS_MAX, closing).catch(() => undefined);
}

function recordOf({ key, value, headers, offset, timestamp }: KafkaMessage): ConsumedRecord {
  const texts = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header ?? "")]);
  return {
    key: String(key ?? ""),
    value: value ?? new Uint8Array(),
    headers: Object.fromEntries(texts),
    offset: BigInt(offset),
    timestamp: new Date(Number(timestamp)),
  };
}
