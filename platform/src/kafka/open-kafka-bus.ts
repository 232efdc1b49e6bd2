import type { Bus, ConsumeOptions } from "../bus/bus.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { within } from "../within.ts";
import type { KafkaAdmin, KafkaDriver } from "./driver.ts";
import { ensureTopics } from "./ensure-topics.ts";
import { ADMIN_MS_MAX, RECORD_BYTES_MAX } from "./limits.ts";
import { listLag } from "./list-lag.ts";
import { createPublisher } from "./publisher.ts";
import { createSender } from "./sender.ts";
import { stayMember } from "./stay-member.ts";

export interface KafkaBusOptions {
  readonly driver: KafkaDriver;
  readonly replication: number;
  readonly isTooLarge: (error: unknown) => boolean;
}

/** The event bus on Kafka, over whichever library. Nothing is connected before it is needed. */
export function openKafkaBus({ driver, replication, isTooLarge }: KafkaBusOptions, { log }: Telemetry): Bus {
  const closing = new AbortController();
  const consuming = new Set<Promise<void>>();
  const sender = createSender(() => driver.openProducer());
  const patient = createSender(() => driver.openProducer());
  const admin = bounded(driver.admin);

  const consume = async (wanted: ConsumeOptions, signal: AbortSignal): Promise<void> => {
    const staying = stayMember(driver, wanted, log, AbortSignal.any([signal, closing.signal]));
    consuming.add(staying);
    await staying.finally(() => consuming.delete(staying));
  };

  return {
    system: "kafka",
    recordBytesMax: RECORD_BYTES_MAX,
    ensureTopics: (topics) => ensureTopics(admin, topics, replication),
    publish: createPublisher({ admin, sender, patient, isTooLarge }),
    consume,
    lag: (group, topics) => listLag(admin, group, topics),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled(consuming);
      await Promise.all([sender[Symbol.asyncDispose](), patient[Symbol.asyncDispose]()]);
      await driver[Symbol.asyncDispose]();
    },
  };
}

function bounded(admin: KafkaAdmin): KafkaAdmin {
  return {
    findTopic: (topic) => within(ADMIN_MS_MAX, admin.findTopic(topic)),
    createTopic: (topic) => within(ADMIN_MS_MAX, admin.createTopic(topic)),
    topicSettings: (topic) => within(ADMIN_MS_MAX, admin.topicSettings(topic)),
    listOffsets: (topic) => within(ADMIN_MS_MAX, admin.listOffsets(topic)),
    listCommitted: (group, topic) => within(ADMIN_MS_MAX, admin.listCommitted(group, topic)),
  };
}
