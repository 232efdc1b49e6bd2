import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { appendRecords } from "@animal-delivery/platform/log-bus/append-records";
import { trimLog } from "@animal-delivery/platform/log-bus/trim-log";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { LogBusDatabase, recordOf, WAIT } from "./log-bus-database.ts";

let log: LogBusDatabase;

beforeAll(async () => {
  log = await LogBusDatabase.create();
});

afterAll(() => log[Symbol.asyncDispose]());

describe("the log bus in Postgres", () => {
  it("removes what is too old or too much, and nothing else", async () => {
    await using bus = openLogBus(log.options, testTelemetry());
    await using db = openDatabase(
      { url: log.url, poolSize: 2, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000 },
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
    await using bus = openLogBus(log.options, testTelemetry());
    await using db = openDatabase(
      { url: log.url, poolSize: 3, statementTimeoutMs: 20_000, lockTimeoutMs: 20_000 },
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
    await expect.poll(() => log.query(waiting), WAIT).toHaveLength(1);
    mayCommit.resolve();
    await Promise.all([publishing, trimming]);

    expect(await offsetsOf(topic)).toEqual(["1"]);
    expect(await bus.lag("new", [topic])).toEqual([{ topic, partition: 0, records: 1n }]);
  });
});

async function offsetsOf(topic: string): Promise<unknown[]> {
  const rows = await log.query("select record_offset as o from records where topic = $1 order by 1", [topic]);
  return rows.map((row) => (row as { o: string }).o);
}
