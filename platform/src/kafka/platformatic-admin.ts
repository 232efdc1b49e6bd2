import { Admin, ConfigResourceTypes, ListOffsetTimestamps } from "@platformatic/kafka";
import type { KafkaOptions } from "../bus/bus-options.ts";
import { within } from "../within.ts";
import type { FoundTopic, HeldOffsets, KafkaAdmin, NewTopic } from "./driver.ts";
import { CLOSE_MS_MAX } from "./limits.ts";
import { clearly, platformaticOptions } from "./platformatic-client.ts";

/** Questions about topics and offsets. The client connects at the first one, and again when it must. */
export function createPlatformaticAdmin(options: KafkaOptions): KafkaAdmin & AsyncDisposable {
  let admin: Admin | undefined;
  const client = (): Admin => (admin ??= new Admin(platformaticOptions(options)));
  return {
    findTopic: (topic) => clearly(findTopic(client(), topic)),
    createTopic: (topic) => clearly(createTopic(client(), topic)),
    topicSettings: (topic) => clearly(topicSettings(client(), topic)),
    listOffsets: (topic) => clearly(listOffsets(client(), topic)),
    listCommitted: (group, topic) => clearly(listCommitted(client(), group, topic)),
    async [Symbol.asyncDispose]() {
      if (admin) await within(CLOSE_MS_MAX, admin.close()).catch(() => undefined);
    },
  };
}

async function findTopic(admin: Admin, topic: string): Promise<FoundTopic | undefined> {
  try {
    const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
    const partitions = topics.get(topic)?.partitions ?? [];
    return { partitions: partitions.length, replication: partitions[0]?.replicas.length ?? 0 };
  } catch (error) {
    // Of all its errors the library turns this one into a sentence.
    if (error instanceof Error && error.message === `Unknown topic ${topic}.`) return undefined;
    throw error;
  }
}

async function createTopic(admin: Admin, { topic, partitions, replication, settings }: NewTopic): Promise<void> {
  const configs = [...settings].map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [topic], partitions, replicas: replication, configs });
}

async function topicSettings(admin: Admin, topic: string): Promise<Map<string, string>> {
  const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }];
  const [found] = await admin.describeConfigs({ resources });
  return new Map((found?.configs ?? []).map(({ name, value }) => [name, value ?? ""]));
}

async function listOffsets(admin: Admin, topic: string): Promise<HeldOffsets[]> {
  const found = await findTopic(admin, topic);
  if (!found) return [];
  const offsetsAt = async (timestamp: bigint): Promise<Map<number, bigint>> => {
    const partitions = Array.from({ length: found.partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const [listed] = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
    return new Map((listed?.partitions ?? []).map(({ partitionIndex, offset }) => [partitionIndex, offset]));
  };
  const first = await offsetsAt(ListOffsetTimestamps.EARLIEST);
  const next = await offsetsAt(ListOffsetTimestamps.LATEST);
  return [...next].map(([partition, offset]) => ({ partition, first: first.get(partition) ?? 0n, next: offset }));
}

async function listCommitted(admin: Admin, group: string, topic: string): Promise<Map<number, bigint>> {
  const found = await findTopic(admin, topic);
  if (!found) return new Map();
  const partitionIndexes = Array.from({ length: found.partitions }, (_, partition) => partition);
  const topics = [{ name: topic, partitionIndexes }];
  const [listed] = await admin.listConsumerGroupOffsets({ groups: [{ groupId: group, topics }] });
  const partitions = listed?.topics[0]?.partitions ?? [];
  const offsets = partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset] as const);
  return new Map(offsets.filter(([, offset]) => offset >= 0n));
}
