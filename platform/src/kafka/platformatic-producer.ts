import { ProduceAcks, Producer } from "@platformatic/kafka";
import type { BusRecord } from "../bus/bus.ts";
import type { KafkaOptions } from "../bus/bus-options.ts";
import { within } from "../within.ts";
import type { KafkaProducer } from "./driver.ts";
import { CLOSE_MS_MAX } from "./limits.ts";
import { clearly, platformaticOptions } from "./platformatic-client.ts";

/** Enough to outlast the change of a leader; without a limit an idempotent producer would try for ever. */
const RETRIES = 12;

export async function openPlatformaticProducer(options: KafkaOptions): Promise<KafkaProducer> {
  const producer = new Producer({
    ...platformaticOptions(options),
    idempotent: true,
    acks: ProduceAcks.ALL,
    retries: RETRIES,
    retryDelay: (_, __, attempt) => Math.min(2_000, 100 * 2 ** attempt),
  });
  return {
    async send(topic, partition, records) {
      const messages = records.map((record) => ({ ...messageOf(record), topic, partition }));
      const { offsets = [] } = await clearly(producer.send({ messages, acks: ProduceAcks.ALL }));
      return offsets.some((part) => part.topic === topic && part.partition === partition);
    },
    close: () => within(CLOSE_MS_MAX, producer.close()),
  };
}

function messageOf({ key, value, headers }: BusRecord) {
  return {
    key: Buffer.from(key),
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  };
}
