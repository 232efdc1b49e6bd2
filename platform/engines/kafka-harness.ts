import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Admin } from "@platformatic/kafka";
import { openBus } from "@animal-delivery/platform/bus/open-bus";
import type { KafkaOptions } from "@animal-delivery/platform/bus/bus-options";
import { engine } from "@animal-delivery/platform/testing/engines";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { BusHarness, RemoteMember } from "../test/bus-contract-fixture.ts";

/** The Kafka that the environment names, as a client of ours. */
export function kafkaOptions(client: KafkaOptions["client"]): KafkaOptions {
  return { client, brokers: engine("KAFKA_BROKERS").split(","), clientId: "engines", replication: 1 };
}

/** Runs the contract of the event bus against real Kafka. */
export function kafkaHarness(client: KafkaOptions["client"]): BusHarness {
  const options = kafkaOptions(client);
  return {
    open: () => openBus({ kind: "kafka", ...options }, testTelemetry()),
    spawnMember: (group, topic) => spawnMember(options, group, topic),
    setOffset: (group, topic, partition, offset) => setOffset(options, { group, topic, partition, offset }),
  };
}

/** A consumer in a process of its own. */
export function spawnMember(options: KafkaOptions, group: string, topic: string): RemoteMember {
  const script = fileURLToPath(new URL("kafka-member.ts", import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(options), group, topic], { execArgv: [] });
  const ended = new Promise<never>((_, reject) =>
    child.once("exit", (code) => reject(new Error(`member ended: ${code}`))),
  );
  const holdsBatch = Promise.race([once(child, "message").then(() => undefined), ended]);
  return {
    holdsBatch,
    async commit() {
      child.send("commit");
      const [answer] = (await once(child, "message")) as [{ committed: boolean }];
      return answer.committed;
    },
    signal: (signal) => void child.kill(signal),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
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
