import { describe, expect, it } from "vitest";
import type { Batch } from "../bus/bus.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import { PartitionWorks } from "./partition-works.ts";

const place = { topic: "t", partition: 0 };

describe("the handlers of a member", () => {
  it("go on after each commit, in batches of the size they asked for, until all is committed", async () => {
    const { works, batches } = worksOver((batch) => commitAll(batch), 2);
    const commits: bigint[] = [];

    await works.start({ ...place, records: recordsOf(5), commit: async (offset) => commits.push(offset) > 0 });

    expect(batches).toEqual([[0n, 1n], [2n, 3n], [4n]]);
    expect(commits).toEqual([2n, 4n, 5n]);
    expect(works.has("t", 0)).toBe(false);
  });

  it("get again what they did not commit", async () => {
    let attempts = 0;
    const { works, batches } = worksOver(async (batch) => {
      attempts += 1;
      if (attempts === 1) await batch.commit(1n);
      if (attempts < 3) throw new TypeError("of the program");
      await commitAll(batch);
    }, 10);

    await works.start({ ...place, records: recordsOf(3), commit: async () => true });

    expect(batches).toEqual([[0n, 1n, 2n], [2n], [2n]]);
  });

  it("commit while they are told to end, and no longer once they are fenced", async () => {
    const mayCommit = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const outcomes: string[] = [];
    const { works } = worksOver(async (batch) => {
      batch.signal.addEventListener("abort", () => ended.resolve());
      await ended.promise;
      await batch.commit(0n).then(() => outcomes.push("in time"));
      await mayCommit.promise;
      await batch.commit(1n).catch((error: Error) => outcomes.push(error.message));
    }, 10);
    const working = works.start({ ...place, records: recordsOf(3), commit: async () => true });

    await works.end(50);
    mayCommit.resolve();
    await working;

    expect(outcomes).toEqual(["in time", "the partition belongs to another member now"]);
  });

  it("end when the group says that the partition is somebody else's", async () => {
    const { works, batches } = worksOver((batch) => commitAll(batch), 2);

    await works.start({ ...place, records: recordsOf(5), commit: async () => false });

    expect(batches).toEqual([[0n, 1n]]);
  });

  it("count as silent from their last word on, and not between batches", async () => {
    const mayEnd = Promise.withResolvers<void>();
    const { works } = worksOver(async (batch) => {
      await batch.heartbeat();
      await mayEnd.promise;
      await commitAll(batch);
    }, 10);
    expect(works.silentMs()).toBe(0);
    const working = works.start({ ...place, records: recordsOf(1), commit: async () => true });

    await expect.poll(() => works.silentMs()).toBeGreaterThan(20);
    mayEnd.resolve();
    await working;

    expect(works.silentMs()).toBe(0);
  });
});

function worksOver(handle: (batch: Batch) => Promise<void>, batchRecordsMax: number) {
  const batches: bigint[][] = [];
  const works = new PartitionWorks({
    batchRecordsMax,
    backoff: { firstMs: 1, maxMs: 1 },
    log: testTelemetry().log,
    handle: (batch) => {
      batches.push(batch.records.map(({ offset }) => offset));
      return handle(batch);
    },
  });
  return { works, batches };
}

function recordsOf(count: number) {
  return Array.from({ length: count }, (_, at) => ({
    key: "k",
    value: new Uint8Array(),
    headers: {},
    offset: BigInt(at),
    timestamp: new Date(),
  }));
}

async function commitAll(batch: Batch): Promise<void> {
  await batch.commit(batch.records.at(-1)!.offset);
}
