import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Batch, Bus } from "@animal-delivery/platform/bus/bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { fetchRecords } from "@animal-delivery/platform/log-bus/fetch-records";
import { claim, commitOffset, listGroupPartitions, release } from "@animal-delivery/platform/log-bus/group-store";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";

const WAIT = { timeout: 20_000, interval: 20 };
const PACE = { heartbeatMs: 50, pollMs: 50, drainMs: 5_000 };

let bus: TestBus;
let db: Database;
beforeAll(async () => {
  bus = await testBus();
  db = openDatabase({ url: bus.url, poolSize: 3, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 }, testTelemetry());
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
});

describe("a partition that changes hands", () => {
  it("takes no commit from before, not even of the member that has it again", async () => {
    const topic = await givenTopic(1, "a", "b");
    const member = { group: topic, memberId: 7 };
    await listGroupPartitions(db, topic, [topic]);
    const [before] = await claim(db, member, [{ topic, partition: 0 }]);
    await release(db, member, before!);
    const [again] = await claim(db, member, [{ topic, partition: 0 }]);

    expect(await commitOffset(db, member, before!, 2n)).toBe(false);
    expect(await commitOffset(db, member, again!, 1n)).toBe(true);
    expect(await bus.lag(topic, [topic])).toMatchObject([{ records: 1n }]);
  });

  it("waits for the handler at work on it", async () => {
    const topic = await givenTopic(2, ...Array.from({ length: 16 }, (_, at) => String(at)));
    await using other = openLogBus({ ...PACE, url: bus.url }, testTelemetry());
    const mayEnd = Promise.withResolvers<void>();
    const began: string[] = [];
    const work = (name: string) => async (batch: Batch) => {
      began.push(name);
      await mayEnd.promise;
      if (!batch.signal.aborted) await commitAll(batch);
    };
    const first = join(bus, topic, work("first"));
    await expect.poll(() => began, WAIT).toEqual(["first", "first"]);

    const second = join(other, topic, work("second"));
    const looks = new Map<number, Set<number>>();
    const looksOfEach = async () => {
      for (const { member_id, alive_until } of await membersOf(topic)) {
        looks.set(member_id, (looks.get(member_id) ?? new Set()).add(alive_until.getTime()));
      }
      return [...looks.values()].map((times) => times.size).filter((times) => times > 5).length;
    };
    await expect.poll(looksOfEach, WAIT).toBe(2);
    expect(began).toEqual(["first", "first"]);
    mayEnd.resolve();

    await expect.poll(() => began, WAIT).toContain("second");
    await Promise.all([first.stop(), second.stop()]);
  });
});

describe("a handler that does not get on", () => {
  it.each([
    ["fails", () => Promise.reject(new Error("broken"))],
    ["commits nothing", () => Promise.resolve()],
  ])("is asked again with back-off when it %s", async (_, answer) => {
    const topic = await givenTopic(1, "a");
    await using slow = openLogBus({ ...PACE, url: bus.url, backoff: { firstMs: 200, maxMs: 200 } }, testTelemetry());
    const askedAt: number[] = [];
    const member = join(slow, topic, () => {
      askedAt.push(performance.now());
      return answer();
    });

    await expect.poll(() => askedAt.length, WAIT).toBeGreaterThan(3);
    await member.stop();

    const pauses = askedAt.slice(1).map((at, index) => at - askedAt[index]!);
    // Up to a quarter less by chance.
    expect(Math.min(...pauses)).toBeGreaterThan(145);
  });
});

describe("a fetch", () => {
  it("ends with the record that passes its bytes, and always brings one", async () => {
    const topic = await givenTopic(1, "1234567890", "1234567890", "1234567890");
    const fetch = async (bytesMax: number) => {
      const rows = await fetchRecords(db, [{ topic, partition: 0, nextOffset: 0n }], { recordsMax: 10, bytesMax });
      return rows.map(({ record }) => record.offset);
    };

    expect(await fetch(1)).toEqual([0n]);
    expect(await fetch(15)).toEqual([0n, 1n]);
    expect(await fetch(100)).toEqual([0n, 1n, 2n]);
  });
});

/** A topic with these records, each under a key of its own. */
async function givenTopic(partitions: number, ...values: string[]): Promise<string> {
  const topic = `topic-${randomUUID()}`;
  await bus.ensureTopics([{ topic, partitions, retentionMs: 3_600_000 }]);
  await bus.publish(
    topic,
    values.map((value, at) => ({ key: String(at), value: Buffer.from(value), headers: {} })),
  );
  return topic;
}

async function membersOf(group: string) {
  const { rows } = await db.query<{ member_id: number; alive_until: Date }>(
    "members_of",
    "select member_id, alive_until from members where group_id = $1",
    [group],
  );
  return rows;
}

function join(on: Bus, topic: string, handle: (batch: Batch) => Promise<void>) {
  const leaving = new AbortController();
  const done = on.consume({ group: topic, topics: [topic], batchRecordsMax: 10, handle }, leaving.signal);
  return {
    stop: (): Promise<void> => {
      leaving.abort();
      return done;
    },
  };
}

async function commitAll(batch: Batch): Promise<void> {
  await batch.commit(batch.records.at(-1)!.offset);
}
