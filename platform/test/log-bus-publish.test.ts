import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { commitAll, givenTopic, LogBusDatabase, recordOf, WAIT } from "./log-bus-database.ts";

let log: LogBusDatabase;

beforeAll(async () => {
  log = await LogBusDatabase.create();
});

afterAll(() => log[Symbol.asyncDispose]());

describe("the log bus in Postgres", () => {
  it("gives offsets without a gap, whatever publishes at once", async () => {
    await using bus = openLogBus(log.options, testTelemetry());
    const topic = await givenTopic(bus, 3);

    await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        bus.publish(
          topic,
          Array.from({ length: 5 }, (_, key) => ({ key: `${at} ${key}`, value: Buffer.from("x"), headers: {} })),
        ),
      ),
    );

    const rows = await log.query(
      `select p.next_offset = count(r.*) and max(record_offset) = count(r.*) - 1 as gapless, max(end_byte) = next_byte as sized
         from partitions p join records r using (topic, partition) where topic = $1
        group by partition, next_offset, next_byte`,
      [topic],
    );
    expect(rows).toEqual(Array.from({ length: 3 }, () => ({ gapless: true, sized: true })));
  });

  it("lets publishers of the same partitions by without a deadlock, whatever their records' order", async () => {
    await using one = openLogBus(log.options, testTelemetry());
    await using other = openLogBus(log.options, testTelemetry());
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
    await using bus = openLogBus(log.options, testTelemetry());
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
});
