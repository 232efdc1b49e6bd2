import type { Bus } from "../bus/bus.ts";
import type { KafkaOptions } from "../bus/bus-options.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { KafkaDriver } from "./driver.ts";
import { createKafkajsAdmin, typeOf } from "./kafkajs-admin.ts";
import { createKafkajs } from "./kafkajs-client.ts";
import { takePartByKafkajs } from "./kafkajs-member.ts";
import { openKafkajsProducer } from "./kafkajs-producer.ts";
import { openKafkaBus } from "./open-kafka-bus.ts";

const TOO_LARGE = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/** The event bus on Kafka by kafkajs. Give it telemetry whose logger does not write to this bus. */
export async function openKafkajsBus(options: KafkaOptions, telemetry: Telemetry): Promise<Bus> {
  const connect = () => createKafkajs(options, telemetry.log);
  const admin = createKafkajsAdmin(connect);
  const driver: KafkaDriver = {
    admin,
    openProducer: () => openKafkajsProducer(connect()),
    takePart: (membership, end) => takePartByKafkajs(connect(), membership, end),
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  };
  const isTooLarge = (error: unknown): boolean => TOO_LARGE.has(typeOf(error) ?? "");
  return openKafkaBus({ driver, replication: options.replication, isTooLarge }, telemetry);
}
