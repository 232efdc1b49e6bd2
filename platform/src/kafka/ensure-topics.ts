import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../errors.ts";
import type { TopicSpec } from "../bus/bus.ts";
import type { FoundTopic, KafkaAdmin, NewTopic } from "./driver.ts";
import { BATCH_BYTES_MAX } from "./limits.ts";

/** How many copies must be written before a produce is acknowledged: one broker of three may be away. */
const IN_SYNC_MIN = 2;
/** How long brokers may take to hear of a topic that was just made. */
const KNOWN_MS_MAX = 30_000;
const KNOWN_POLL_MS = 100;

/** Makes the topics that are missing; says of each that exists otherwise in what it differs. */
export async function ensureTopics(
  admin: KafkaAdmin,
  topics: readonly TopicSpec[],
  replication: number,
): Promise<string[]> {
  const differences: string[] = [];
  for (const spec of topics) {
    const wanted = wantedTopic(spec, replication);
    const found = await admin.findTopic(spec.topic);
    if (!found) await createTopic(admin, wanted);
    differences.push(...(await (found ? differencesOf(admin, found, wanted) : differencesOfNew(admin, wanted))));
  }
  return differences;
}

function wantedTopic({ topic, partitions, retentionMs, retentionBytes }: TopicSpec, replication: number): NewTopic {
  const settings = new Map([
    ["cleanup.policy", "delete"],
    ["retention.ms", String(retentionMs)],
    ["retention.bytes", String(retentionBytes ?? -1)],
    ["max.message.bytes", String(BATCH_BYTES_MAX)],
    ["min.insync.replicas", String(replication > IN_SYNC_MIN ? IN_SYNC_MIN : 1)],
  ]);
  return { topic, partitions, replication, settings };
}

async function createTopic(admin: KafkaAdmin, wanted: NewTopic): Promise<void> {
  try {
    await admin.createTopic(wanted);
  } catch (error) {
    // Somebody else may have been faster.
    if (!(await admin.findTopic(wanted.topic))) throw error;
  }
}

/** The brokers hear of a new topic one after the other, and each question may reach another of them. */
async function differencesOfNew(admin: KafkaAdmin, wanted: NewTopic): Promise<string[]> {
  const deadline = Date.now() + KNOWN_MS_MAX;
  for (;;) {
    let cause: unknown;
    try {
      const found = await admin.findTopic(wanted.topic);
      if (found?.partitions === wanted.partitions) return await differencesOf(admin, found, wanted);
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) {
      const text = `the brokers do not know ${wanted.topic} yet`;
      throw new DomainError("unavailable", "UNAVAILABLE", text, { topic: wanted.topic }, { cause });
    }
    await sleep(KNOWN_POLL_MS);
  }
}

async function differencesOf(admin: KafkaAdmin, found: FoundTopic, wanted: NewTopic): Promise<string[]> {
  const settings = await admin.topicSettings(wanted.topic);
  const facts: [name: string, found: unknown, wanted: unknown][] = [
    ["partitions", found.partitions, wanted.partitions],
    ["replication", found.replication, wanted.replication],
    ...[...wanted.settings].map(([name, value]): [string, unknown, unknown] => [name, settings.get(name), value]),
  ];
  return facts.flatMap(([name, is, should]) =>
    is === should ? [] : [`${wanted.topic}: ${name} is ${String(is)}, not ${String(should)}`],
  );
}
