import type { Bus, BusRecord } from "../bus/bus.ts";
import { DomainError } from "../errors.ts";
import { within } from "../within.ts";
import type { KafkaAdmin } from "./driver.ts";
import { PUBLISH_MS_MAX } from "./limits.ts";
import { planSends, type Send } from "./plan-sends.ts";
import type { Sender } from "./sender.ts";

export interface PublisherOptions {
  readonly admin: KafkaAdmin;
  readonly sender: Sender;
  /** For partitions that did not answer last time: one may take all of its time, while `sender` serves the others. */
  readonly patient: Sender;
  /** Whether a broker refused a batch for its size. */
  readonly isTooLarge: (error: unknown) => boolean;
}

/** `Bus.publish` on Kafka: a send for each partition, and a record counts when the answer names its partition. */
export function createPublisher({ admin, sender, patient, isTooLarge }: PublisherOptions): Bus["publish"] {
  const partitionsOf = new Map<string, number>();
  const lookUp = async (topic: string): Promise<number | undefined> => {
    const known = partitionsOf.get(topic) ?? (await admin.findTopic(topic))?.partitions;
    if (known !== undefined) partitionsOf.set(topic, known);
    return known;
  };
  // Partitions whose last send failed.
  const late = new Set<string>();
  const sendAll = async (topic: string, records: readonly BusRecord[], partitions: number, deadlineMs: number) => {
    const acknowledged = new Set<number>();
    const failed = new Map<number, unknown>();
    const isLate = ({ partition }: Send): number => Number(late.has(`${topic}/${partition}`));
    for (const { partition, indices } of planSends(records, partitions).toSorted((a, b) => isLate(a) - isLate(b))) {
      // What comes later in a partition may not overtake what failed there.
      if (failed.has(partition)) continue;
      const leftMs = deadlineMs - performance.now();
      const batch = indices.flatMap((index) => records[index] ?? []);
      const through = late.has(`${topic}/${partition}`) ? patient : sender;
      try {
        const isStored = await within(Math.max(0, leftMs), through.send(topic, partition, batch, deadlineMs));
        if (!isStored) throw new Error(`the answer does not name partition ${partition}`);
        late.delete(`${topic}/${partition}`);
        for (const index of indices) acknowledged.add(index);
      } catch (error) {
        failed.set(partition, error);
        late.add(`${topic}/${partition}`);
        partitionsOf.delete(topic);
        if (performance.now() > deadlineMs) break;
      }
    }
    return { acknowledged, errors: [...failed.values()] };
  };

  return async (topic, records) => {
    if (records.length === 0) return new Set();
    const deadlineMs = performance.now() + PUBLISH_MS_MAX;
    const partitions = await lookUp(topic).catch((error: unknown) => {
      throw unavailable(topic, error);
    });
    if (partitions === undefined) throw new Error(`there is no topic ${topic}`);
    const { acknowledged, errors } = await sendAll(topic, records, partitions, deadlineMs);
    if (acknowledged.size > 0) return acknowledged;
    const refused = errors.find(isTooLarge);
    if (refused) throw tooLargeForTopic(topic, refused);
    throw unavailable(topic, errors[0]);
  };
}

function unavailable(topic: string, cause: unknown): DomainError {
  return new DomainError("unavailable", "UNAVAILABLE", "Kafka did not acknowledge the records", { topic }, { cause });
}

function tooLargeForTopic(topic: string, cause: unknown): DomainError {
  const text = "the topic takes no batch of this size";
  return new DomainError("tooLarge", "REQUEST_TOO_LARGE", text, { topic }, { cause });
}
