import { Partitioners, type Kafka } from "kafkajs";
import type { BusRecord } from "../bus/bus.ts";
import { within } from "../within.ts";
import type { KafkaProducer } from "./driver.ts";
import { CLOSE_MS_MAX, PRODUCE_MS_MAX } from "./limits.ts";

/** All in-sync replicas must have a batch before it counts. */
const ACKS_ALL = -1;

/** Enough to outlast the change of a leader; with Kafka away connecting fails first. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 12 };

export async function openKafkajsProducer(kafka: Kafka): Promise<KafkaProducer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: RETRY,
  });
  await producer.connect();
  return {
    async send(topic, partition, records) {
      const messages = records.map((record) => ({ ...messageOf(record), partition }));
      const answer = await producer.send({ topic, acks: ACKS_ALL, timeout: PRODUCE_MS_MAX, messages });
      return answer.some((part) => part.topicName === topic && part.partition === partition && part.errorCode === 0);
    },
    close: () => within(CLOSE_MS_MAX, producer.disconnect()),
  };
}

function messageOf({ key, value, headers }: BusRecord) {
  return { key, value: Buffer.from(value.buffer, value.byteOffset, value.byteLength), headers: { ...headers } };
}
