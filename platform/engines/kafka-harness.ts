import { Admin } from "@platformatic/kafka";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import type { KafkaOptions } from "@animal-delivery/platform/bus/bus-options";
import { engine } from "@animal-delivery/platform/testing/engines";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { SESSION_MS } from "@animal-delivery/platform/kafka/limits";
import type { BusHarness } from "../test/bus-contract-fixture.ts";
import { forkMember } from "../test/remote-member.ts";

const MEMBER = new URL("kafka-member.ts", import.meta.url);

/** The Kafka that the environment names, as a client of ours. */
export function kafkaOptions(client: KafkaOptions["client"]): KafkaOptions {
  return { client, brokers: engine("KAFKA_BROKERS").split(","), clientId: "engines", replication: 1 };
}

/** Runs the contract of the event bus against real Kafka. */
export function kafkaHarness(client: KafkaOptions["client"]): BusHarness {
  const options = kafkaOptions(client);
  return {
    open: () => openBus({ kind: "kafka", ...options }, testTelemetry()),
    sessionMs: SESSION_MS,
    spawnMember: (group, topic) => forkMember(MEMBER, JSON.stringify(options), group, topic),
    setOffset: (group, topic, partition, offset) => setOffset(options, { group, topic, partition, offset }),
  };
}

/** kafkajs refuses to set offsets that make no sense; this client does as it is told. */
async function setOffset(
  { brokers }: KafkaOptions,
  { group, topic, partition, offset }: { group: string; topic: string; partition: number; offset: bigint },
): Promise<void> {
  const admin = new Admin({ clientId: "engines", bootstrapBrokers: [...brokers] });
  try {
    const topics = [{ name: topic, partitionOffsets: [{ partition, offset }] }];
    await admin.alterConsumerGroupOffsets({ groupId: group, topics });
  } finally {
    await admin.close();
  }
}
