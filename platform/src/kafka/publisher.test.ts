import { describe, expect, it } from "vitest";
import type { BusRecord } from "../bus/bus.ts";
import { partitionOf } from "../bus/partition-of.ts";
import type { KafkaAdmin } from "./driver.ts";
import { SEND_BYTES_MAX } from "./limits.ts";
import { createPublisher } from "./publisher.ts";
import type { Sender } from "./sender.ts";

const PARTITIONS = 4;
const records = Array.from({ length: 40 }, (_, at) => recordOf(`key ${at}`));

describe("publish on Kafka", () => {
  it("acknowledges what the answers name, and nothing else", async () => {
    const publish = publisherOver(async (_, partition) => {
      if (partition === 1) throw new Error("no leader");
      return partition !== 2;
    });

    const acknowledged = await publish("t", records);

    expect([...acknowledged].map((at) => partitionOf(records[at]!.key, PARTITIONS))).not.toContain(1);
    expect([...acknowledged].map((at) => partitionOf(records[at]!.key, PARTITIONS))).not.toContain(2);
    const others = records.filter(({ key }) => [0, 3].includes(partitionOf(key, PARTITIONS)));
    expect(acknowledged.size).toBe(others.length);
  });

  it("sends nothing more of a partition after a send to it that failed", async () => {
    const large = Array.from({ length: 3 }, () => recordOf("one key", SEND_BYTES_MAX - 1_000));
    let sends = 0;
    const publish = publisherOver(async () => {
      sends += 1;
      if (sends === 2) throw new Error("lost");
      return true;
    });

    expect(await publish("t", large)).toEqual(new Set([0]));
    expect(sends).toBe(2);
  });

  it("lets a partition that did not answer last time wait for its answer beside the others, and after them", async () => {
    const answer = Promise.withResolvers<boolean>();
    const patiently: number[] = [];
    const publish = publisherOver(
      async (_, partition) => partition !== 1,
      (_, partition) => {
        patiently.push(partition);
        return answer.promise;
      },
    );
    const others = await publish("t", records);

    const late = publish("t", records);
    await expect.poll(() => patiently).toEqual([1]);
    const beside = records.filter(({ key }) => partitionOf(key, PARTITIONS) !== 1);
    expect((await publish("t", beside)).size).toBe(others.size);
    answer.resolve(true);

    expect((await late).size).toBe(records.length);
  });

  it("is unavailable, and says why, when nothing was acknowledged", async () => {
    const cause = new Error("away");
    const publish = publisherOver(() => Promise.reject(cause));

    await expect(publish("t", records)).rejects.toMatchObject({ kind: "unavailable", cause });
  });

  it("is refused when a broker finds the batch too large", async () => {
    const publish = publisherOver(() => Promise.reject(new Error("too large")));

    await expect(publish("t", records)).rejects.toMatchObject({ kind: "tooLarge", reason: "REQUEST_TOO_LARGE" });
  });
});

function publisherOver(send: Sender["send"], sendPatiently = send) {
  const findTopic: KafkaAdmin["findTopic"] = async () => ({ partitions: PARTITIONS, replication: 1 });
  const isTooLarge = (error: unknown): boolean => (error as Error).message === "too large";
  return createPublisher({
    admin: { findTopic } as KafkaAdmin,
    sender: { send } as Sender,
    patient: { send: sendPatiently } as Sender,
    isTooLarge,
  });
}

function recordOf(key: string, bytes = 10): BusRecord {
  return { key, value: new Uint8Array(bytes), headers: {} };
}
