import type { Bus } from "../bus/bus.ts";
import type { KafkaOptions } from "../bus/bus-options.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { KafkaDriver } from "./driver.ts";
import { openKafkaBus } from "./open-kafka-bus.ts";
import { createPlatformaticAdmin } from "./platformatic-admin.ts";
import { clearly, isProtocolError } from "./platformatic-client.ts";
import { takePartByPlatformatic } from "./platformatic-member.ts";
import { openPlatformaticProducer } from "./platformatic-producer.ts";

/** The event bus on Kafka by @platformatic/kafka. Give it telemetry whose logger does not write to this bus. */
export async function openPlatformaticBus(options: KafkaOptions, telemetry: Telemetry): Promise<Bus> {
  const admin = createPlatformaticAdmin(options);
  const driver: KafkaDriver = {
    admin,
    openProducer: () => openPlatformaticProducer(options),
    takePart: (membership, end) => clearly(takePartByPlatformatic(options, telemetry.log, membership, end)),
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  };
  const isTooLarge = (error: unknown): boolean => isProtocolError(error, "MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE");
  return openKafkaBus({ driver, replication: options.replication, isTooLarge }, telemetry);
}
