import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { testTelemetry } from "../testing/telemetry.ts";
import { createHalts } from "./halts.ts";
import { PartitionWorks } from "./partition-works.ts";
import { readAssigned } from "./platformatic-reader.ts";

const TOPIC = "moves";
const { log } = testTelemetry();

/** What a broker answers of the only partition: records 0 to `count` - 1. */
function answerOf(count: number) {
  const records = Array.from({ length: count }, (_, offsetDelta) => {
    return { key: Buffer.from("a"), value: Buffer.from(""), headers: [], offsetDelta, timestampDelta: 0n };
  });
  const batch = { attributes: 0, firstOffset: 0n, firstTimestamp: 0n, lastOffsetDelta: count - 1, records };
  return { responses: [{ topicId: TOPIC, partitions: [{ partitionIndex: 0, records: [batch] }] }] };
}

describe("a partition whose leader moves while the old one is asked", () => {
  it("is handed to one handler at a time", async () => {
    const ofOldLeader = Promise.withResolvers<ReturnType<typeof answerOf>>();
    const mayEnd = Promise.withResolvers<void>();
    const end = new AbortController();
    const asked: number[] = [];
    const consumer = {
      listCommittedOffsets: async () => new Map(),
      listOffsets: async () => new Map([[TOPIC, [0n]]]),
      metadata: async () => ({ topics: new Map([[TOPIC, { id: TOPIC, partitions: [{ leader: asked.length + 1 }] }]]) }),
      fetch: async ({ node }: { node: number }) => {
        asked.push(node);
        return node === 1 ? ofOldLeader.promise : answerOf(2);
      },
    };
    const handed: bigint[][] = [];
    const handle = async ({ records }: { records: readonly { offset: bigint }[] }) => {
      handed.push(records.map(({ offset }) => offset));
      await mayEnd.promise;
    };
    const works = new PartitionWorks({ handle, batchRecordsMax: 10, backoff: { firstMs: 1, maxMs: 1 }, log });
    const membership = { group: "readers", topics: [TOPIC], works, alive: () => undefined };
    const assignments = [{ topic: TOPIC, partitions: [0] }];

    const reading = readAssigned(assignments, {
      consumer: consumer as unknown as Consumer,
      membership,
      halts: createHalts(() => undefined),
      log,
      end: end.signal,
    });
    await expect.poll(() => handed.length).toBe(1);
    ofOldLeader.resolve(answerOf(3));
    // It is looked at as soon as it is there.
    await sleep(0);

    expect(handed).toEqual([[0n, 1n]]);
    end.abort();
    works.fence();
    mayEnd.resolve();
    await reading;
  });
});
