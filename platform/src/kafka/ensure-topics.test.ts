import { describe, expect, it } from "vitest";
import type { TopicSpec } from "../bus/bus.ts";
import type { KafkaAdmin, NewTopic } from "./driver.ts";
import { ensureTopics } from "./ensure-topics.ts";

const SPEC: TopicSpec = { topic: "t", partitions: 2, retentionMs: 1_000 };

describe("ensureTopics on Kafka", () => {
  it("asks again while a broker has not heard of the topic that another one has just made", async () => {
    const { admin, ignorant } = brokers();
    ignorant.push("findTopic", "topicSettings", "topicSettings");

    expect(await ensureTopics(admin, [SPEC], 1)).toEqual([]);
    expect(ignorant).toEqual([]);
  });

  it("fails at once when a topic that is there cannot be asked about", async () => {
    const { admin, ignorant } = brokers();
    await ensureTopics(admin, [SPEC], 1);
    ignorant.push("topicSettings");

    await expect(ensureTopics(admin, [SPEC], 1)).rejects.toThrow("does not host");
  });

  it("says in what a topic that is there differs", async () => {
    const { admin } = brokers();
    await ensureTopics(admin, [SPEC], 1);

    expect(await ensureTopics(admin, [{ ...SPEC, partitions: 3 }], 1)).toEqual(["t: partitions is 2, not 3"]);
  });
});

/** Brokers that know what was made, but for each question in `ignorant`, in order, whose broker does not yet. */
function brokers() {
  const made = new Map<string, NewTopic>();
  const ignorant: string[] = [];
  const knows = (question: string, topic: string): NewTopic | undefined => {
    const found = made.get(topic);
    if (!found || ignorant[0] !== question) return found;
    ignorant.shift();
    return undefined;
  };
  const admin = {
    findTopic: async (topic) => knows("findTopic", topic),
    createTopic: async (topic) => void made.set(topic.topic, topic),
    async topicSettings(topic) {
      const found = knows("topicSettings", topic);
      if (!found) throw new Error("This server does not host this topic-partition");
      return found.settings;
    },
  } satisfies Partial<KafkaAdmin> as KafkaAdmin;
  return { admin, ignorant };
}
