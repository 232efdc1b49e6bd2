import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "@animal-delivery/platform/bus/bus";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { commitAll, givenTopic, LogBusDatabase, recordOf, WAIT } from "./log-bus-database.ts";

let log: LogBusDatabase;

beforeAll(async () => {
  log = await LogBusDatabase.create();
});

afterAll(() => log[Symbol.asyncDispose]());

describe("the log bus in Postgres", () => {
  it("gives the partitions of a handler that hangs to another member", async () => {
    await using slow = openLogBus({ ...log.options, silenceMs: 200 }, testTelemetry());
    await using other = openLogBus(log.options, testTelemetry());
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
    await using bus = openLogBus(log.options, testTelemetry());
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

    await log.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await expect.poll(() => bus.publish(topic, [recordOf("after")]).catch(() => undefined), WAIT).toBeDefined();

    await expect.poll(() => seen, WAIT).toEqual(new Set(["before", "after"]));
    stop.abort();
    await consuming;
  });

  it("ends its consumers when it is closed", async () => {
    const bus = openLogBus(log.options, testTelemetry());
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
    expect(await log.query("select from members where group_id = $1", [topic])).toEqual([]);
  });

  it("wakes consumers of its process, long before they would look", async () => {
    await using bus = openLogBus({ ...log.options, pollMs: 60_000 }, testTelemetry());
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
