import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Client } from "pg";
import type { Batch, Bus } from "@animal-delivery/platform/bus/bus";
import { openLogBus, type LogBusOptions } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { appendRecords } from "@animal-delivery/platform/log-bus/append-records";
import { trimLog } from "@animal-delivery/platform/log-bus/trim-log";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { busContract, type RemoteMember } from "./bus-contract.ts";

const url = Object.assign(new URL(inject("postgresUrl")), {
  pathname: `/bus_${randomUUID().replaceAll("-", "")}`,
}).href;

/** Fast enough for tests; the silence limit stays out of the way. */
const options: LogBusOptions = {
  url,
  heartbeatMs: 50,
  leaseMs: 1_000,
  pollMs: 50,
  drainMs: 2_000,
  recordBytesMax: 10_000,
  backoff: { firstMs: 10, maxMs: 200 },
};

const WAIT = { timeout: 20_000, interval: 20 };

beforeAll(async () => {
  await ensureDatabase(url);
  await migrateLogBus(url);
});

afterAll(() => onServer(inject("postgresUrl"), `drop database "${new URL(url).pathname.slice(1)}" with (force)`));

describe("the log bus, as", () => {
  busContract(() => ({
    open: () => Promise.resolve(openLogBus(options, testTelemetry())),
    spawnMember,
    setOffset: async (group, topic, partition, offset) => {
      await onServer(
        url,
        "update assignments set next_offset = $4 where group_id = $1 and topic = $2 and partition = $3",
        [group, topic, partition, offset],
      );
    },
  }));
});

describe("the log bus in Postgres", () => {
  it("gives offsets without a gap, whatever publishes at once", async () => {
    await using bus = openLogBus(options, testTelemetry());
    const topic = await givenTopic(bus, 3);

    await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        bus.publish(
          topic,
          Array.from({ length: 5 }, (_, key) => ({ key: `${at} ${key}`, value: Buffer.from("x"), headers: {} })),
        ),
      ),
    );

    const rows = await onServer(
      url,
      `select p.next_offset = count(r.*) and max(record_offset) = count(r.*) - 1 as gapless, max(end_byte) = next_byte as sized
         from partitions p join records r using (topic, partition) where topic = $1
        group by partition, next_offset, next_byte`,
      [topic],
    );
    expect(rows).toEqual(Array.from({ length: 3 }, () => ({ gapless: true, sized: true })));
  });

  it("lets publishers of the same partitions by without a deadlock, whatever their records' order", async () => {
    await using one = openLogBus(options, testTelemetry());
    await using other = openLogBus(options, testTelemetry());
    const topic = await givenTopic(one, 12);
    const keys = Array.from({ length: 60 }, (_, key) => recordOf(String(key)));

    const acknowledged = await Promise.all(
      Array.from({ length: 200 }, (_, at) => {
        const turned = [...keys.slice(at % 60), ...keys.slice(0, at % 60)].slice(0, 10 + (at % 50));
        return (at % 2 ? one : other).publish(topic, at % 3 ? turned : turned.toReversed());
      }),
    );

    expect(acknowledged.every((indices, at) => indices.size === 10 + (at % 50))).toBe(true);
  });

  it("never skips a record that is committed late", async () => {
    await using bus = openLogBus(options, testTelemetry());
    const topic = await givenTopic(bus, 1);
    const seen: bigint[] = [];
    const stop = new AbortController();
    const consuming = bus.consume(
      {
        group: topic,
        topics: [topic],
        batchRecordsMax: 50,
        handle: async (batch) => {
          seen.push(...batch.records.map(({ offset }) => offset));
          await commitAll(batch);
        },
      },
      stop.signal,
    );

    await Promise.all(Array.from({ length: 300 }, (_, at) => bus.publish(topic, [recordOf(String(at))])));

    await expect.poll(() => seen.length, WAIT).toBe(300);
    stop.abort();
    await consuming;
    expect(seen).toEqual(Array.from({ length: 300 }, (_, offset) => BigInt(offset)));
  });

  it("gives the partitions of a handler that hangs to another member", async () => {
    await using slow = openLogBus({ ...options, silenceMs: 200 }, testTelemetry());
    await using other = openLogBus(options, testTelemetry());
    const topic = await givenTopic(slow, 1);
    await slow.publish(topic, [recordOf("1")]);
    const gate = Promise.withResolvers<void>();
    const stop = new AbortController();
    const held: Batch[] = [];
    const seen: string[] = [];
    const consume = { group: topic, topics: [topic], batchRecordsMax: 5 };
    const hanging = slow.consume(
      {
        ...consume,
        handle: async (batch) => {
          held.push(batch);
          await gate.promise;
        },
      },
      stop.signal,
    );
    await expect.poll(() => held.length, WAIT).toBe(1);

    const working = other.consume(
      {
        ...consume,
        handle: async (batch) => {
          seen.push(...batch.records.map(({ value }) => Buffer.from(value).toString()));
          await commitAll(batch);
        },
      },
      stop.signal,
    );

    await expect.poll(() => seen, WAIT).toEqual(["1"]);
    expect(held[0]!.signal.aborted).toBe(true);
    await expect(commitAll(held[0]!)).rejects.toMatchObject({ kind: "unavailable" });
    gate.resolve();
    stop.abort();
    await Promise.all([hanging, working]);
  });

  it("consumes on after all its connections were killed", async () => {
    await using bus = openLogBus(options, testTelemetry());
    const topic = await givenTopic(bus, 2);
    const seen = new Set<string>();
    const stop = new AbortController();
    const consuming = bus.consume(
      {
        group: topic,
        topics: [topic],
        batchRecordsMax: 5,
        handle: async (batch) => {
          for (const { key } of batch.records) seen.add(key);
          await commitAll(batch);
        },
      },
      stop.signal,
    );
    await bus.publish(topic, [recordOf("before")]);
    await expect.poll(() => seen.size, WAIT).toBe(1);

    await onServer(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await expect.poll(() => bus.publish(topic, [recordOf("after")]).catch(() => undefined), WAIT).toBeDefined();

    await expect.poll(() => seen, WAIT).toEqual(new Set(["before", "after"]));
    stop.abort();
    await consuming;
  });

  it("removes what is too old or too much, and nothing else", async () => {
    await using bus = openLogBus(options, testTelemetry());
    await using db = openDatabase(
      { url, poolSize: 2, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000 },
      testTelemetry(),
    );
    const [old, large] = [`old-${randomUUID()}`, `large-${randomUUID()}`];
    await bus.ensureTopics([
      { topic: old, partitions: 1, retentionMs: 60_000 },
      { topic: large, partitions: 1, retentionMs: 60_000, retentionBytes: 30 },
    ]);
    for (const topic of [old, large])
      await bus.publish(
        topic,
        ["a", "b", "c", "d"].map((key) => recordOf(key, "123456789")),
      );
    await db.query(
      "age",
      "update records set appended_at = now() - interval '2 minutes' where topic = $1 and record_offset < 3",
      [old],
    );

    await trimLog(db);

    expect(await offsetsOf(old)).toEqual(["3"]);
    expect(await offsetsOf(large)).toEqual(["1", "2", "3"]);
    expect((await bus.lag("new", [old, large])).map(({ records }) => records)).toEqual([3n, 1n]);
  });

  it("does not hide a record that is appended while its partition is emptied", async () => {
    await using bus = openLogBus(options, testTelemetry());
    await using db = openDatabase(
      { url, poolSize: 3, statementTimeoutMs: 20_000, lockTimeoutMs: 20_000 },
      testTelemetry(),
    );
    const topic = randomUUID();
    await bus.ensureTopics([{ topic, partitions: 1, retentionMs: 60_000 }]);
    await bus.publish(topic, [recordOf("old")]);
    await db.query("age", "update records set appended_at = now() - interval '2 minutes' where topic = $1", [topic]);
    const isAppended = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const publishing = db.transaction(async (tx) => {
      await appendRecords(tx, { topic, partitions: 1, records: [recordOf("new")] });
      isAppended.resolve();
      await mayCommit.promise;
    });
    await isAppended.promise;

    const trimming = trimLog(db);
    const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect.poll(() => onServer(url, waiting), WAIT).toHaveLength(1);
    mayCommit.resolve();
    await Promise.all([publishing, trimming]);

    expect(await offsetsOf(topic)).toEqual(["1"]);
    expect(await bus.lag("new", [topic])).toEqual([{ topic, partition: 0, records: 1n }]);
  });

  it("ends its consumers when it is closed", async () => {
    const bus = openLogBus(options, testTelemetry());
    const topic = await givenTopic(bus, 1);
    const handle = (batch: Batch) => commitAll(batch);
    const consuming = bus.consume(
      { group: topic, topics: [topic], batchRecordsMax: 5, handle },
      new AbortController().signal,
    );
    await bus.publish(topic, [recordOf("a")]);
    await expect.poll(async () => (await bus.lag(topic, [topic]))[0]!.records, WAIT).toBe(0n);

    await bus[Symbol.asyncDispose]();

    await expect(consuming).resolves.toBeUndefined();
    expect(await onServer(url, "select from members where group_id = $1", [topic])).toEqual([]);
  });

  it("wakes consumers of its process, long before they would look", async () => {
    await using bus = openLogBus({ ...options, pollMs: 60_000 }, testTelemetry());
    const topic = await givenTopic(bus, 1);
    const seen: string[] = [];
    const stop = new AbortController();
    const consuming = bus.consume(
      {
        group: topic,
        topics: [topic],
        batchRecordsMax: 5,
        handle: async (batch) => {
          seen.push(...batch.records.map(({ key }) => key));
          await commitAll(batch);
        },
      },
      stop.signal,
    );

    for (const key of ["a", "b", "c"]) {
      await bus.publish(topic, [recordOf(key)]);
      await expect.poll(() => seen.at(-1), WAIT).toBe(key);
    }
    stop.abort();
    await consuming;
  });
});

function spawnMember(group: string, topic: string): RemoteMember {
  const script = fileURLToPath(new URL("log-bus-member.ts", import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(options), group, topic], { execArgv: [] });
  const holdsBatch = once(child, "message").then(() => undefined);
  return {
    holdsBatch,
    async commit() {
      child.send("commit");
      const [answer] = (await once(child, "message")) as [{ committed: boolean }];
      return answer.committed;
    },
    signal: (signal) => void child.kill(signal),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

async function givenTopic(bus: Bus, partitions: number): Promise<string> {
  const topic = `topic-${randomUUID()}`;
  await bus.ensureTopics([{ topic, partitions, retentionMs: 3_600_000 }]);
  return topic;
}

function recordOf(key: string, text = key) {
  return { key, value: Buffer.from(text), headers: {} };
}

async function commitAll(batch: Batch): Promise<void> {
  await batch.commit(batch.records.at(-1)!.offset);
}

async function offsetsOf(topic: string): Promise<unknown[]> {
  const rows = await onServer(url, "select record_offset as o from records where topic = $1 order by 1", [topic]);
  return rows.map((row) => (row as { o: string }).o);
}

async function onServer(address: string, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
