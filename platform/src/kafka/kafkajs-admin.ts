import kafkajs, { type Admin, type Kafka } from "kafkajs";
import { within } from "../within.ts";
import type { FoundTopic, HeldOffsets, KafkaAdmin, NewTopic } from "./driver.ts";
import { CLOSE_MS_MAX } from "./limits.ts";

/** Questions about topics and offsets, over one connection that is made anew after an error. */
export function createKafkajsAdmin(connect: () => Kafka): KafkaAdmin & AsyncDisposable {
  let current: Promise<Admin> | undefined;
  const open = async (): Promise<Admin> => {
    const admin = connect().admin();
    await admin.connect();
    return admin;
  };
  const close = async (): Promise<void> => {
    const closing = current;
    current = undefined;
    if (closing)
      await within(
        CLOSE_MS_MAX,
        closing.then((admin) => admin.disconnect()),
      ).catch(() => undefined);
  };
  const ask = async <T>(question: (admin: Admin) => Promise<T>): Promise<T> => {
    current ??= open();
    const asked = current;
    try {
      return await question(await asked);
    } catch (error) {
      if (current === asked) void close();
      throw error;
    }
  };
  return {
    findTopic: (topic) => ask((admin) => findTopic(admin, topic)),
    createTopic: (topic) => ask((admin) => createTopic(admin, topic)),
    topicSettings: (topic) => ask((admin) => topicSettings(admin, topic)),
    listOffsets: (topic) => ask((admin) => listOffsets(admin, topic)),
    listCommitted: (group, topic) => ask((admin) => listCommitted(admin, group, topic)),
    [Symbol.asyncDispose]: close,
  };
}

async function findTopic(admin: Admin, topic: string): Promise<FoundTopic | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    return { partitions: partitions.length, replication: partitions[0]?.replicas.length ?? 0 };
  } catch (error) {
    if (typeOf(error) === "UNKNOWN_TOPIC_OR_PARTITION") return undefined;
    throw error;
  }
}

async function createTopic(admin: Admin, { topic, partitions, replication, settings }: NewTopic): Promise<void> {
  const configEntries = [...settings].map(([name, value]) => ({ name, value }));
  await admin.createTopics({
    // It gives up when a broker that it asks has not heard of the topic yet; whoever needs the topic asks again.
    waitForLeaders: false,
    topics: [{ topic, numPartitions: partitions, replicationFactor: replication, configEntries }],
  });
}

async function topicSettings(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  const entries = resources[0]?.configEntries ?? [];
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
}

async function listOffsets(admin: Admin, topic: string): Promise<HeldOffsets[]> {
  if (!(await findTopic(admin, topic))) return [];
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.map(({ partition, low, high }) => ({ partition, first: BigInt(low), next: BigInt(high) }));
}

async function listCommitted(admin: Admin, group: string, topic: string): Promise<Map<number, bigint>> {
  if (!(await findTopic(admin, topic))) return new Map();
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const offsets = (found?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)] as const);
  return new Map(offsets.filter(([, offset]) => offset >= 0n));
}

/** The protocol's name of an error: `UNKNOWN_TOPIC_OR_PARTITION`. */
export function typeOf(error: unknown): string | undefined {
  const { type, cause } = (error ?? {}) as { type?: string; cause?: unknown };
  return type ?? (cause === undefined ? undefined : typeOf(cause));
}
