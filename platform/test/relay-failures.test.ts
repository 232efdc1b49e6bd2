import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { DomainError } from "@animal-delivery/platform/errors";
import { laneOf } from "@animal-delivery/platform/outbox/lane";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { allOf, busOf, placed, RelayFixture, WAIT } from "./relay-fixture.ts";

let db: TestDatabase;
let at: RelayFixture;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  at = await RelayFixture.on(db);
});

afterEach(() => at[Symbol.asyncDispose]());

describe("the relay", () => {
  it("publishes again what it could not mark", async () => {
    const stopped = at.startRelay({
      bus: busOf(async (records) => {
        at.published.push(...records);
        // The relay's connection dies after the bus has acknowledged, before the rows are marked.
        if (at.published.length === 1) await at.killSession();
        return allOf(records);
      }),
    });

    await db.transaction((tx) => placed(tx, "twice", 1n));

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    await stopped.stop();
    expect(at.published.map(({ key }) => key)).toEqual(["twice", "twice"]);
    expect(at.published[0]!.headers["event-id"]).toBe(at.published[1]!.headers["event-id"]);
  });

  it("marks exactly the events that the bus acknowledged, and sends the others again", async () => {
    let attempt = 0;
    at.startRelay({
      bus: busOf((records) => {
        attempt += 1;
        const taken = records.filter((_, index) => attempt > 1 || index !== 1);
        at.published.push(...taken);
        return Promise.resolve(new Set(records.flatMap((record, index) => (taken.includes(record) ? [index] : []))));
      }),
    });

    await db.transaction(async (tx) => {
      for (const key of ["a", "b", "c"]) await placed(tx, key, 1n);
    });

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(at.published.map(({ key }) => key)).toEqual(["a", "c", "b"]);
  });

  it("waits for a bus that is away, with back-off, and tells how long", async () => {
    let isAway = true;
    let attempts = 0;
    at.startRelay({
      bus: busOf((records) => {
        attempts += 1;
        if (isAway) return Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "away"));
        at.published.push(...records);
        return Promise.resolve(allOf(records));
      }),
    });
    await db.transaction((tx) => placed(tx, "patient", 1n));
    await expect.poll(() => attempts, WAIT).toBeGreaterThan(2);
    expect(await at.metric("outbox_oldest_unsent_seconds")).toBeGreaterThan(0);

    isAway = false;

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(at.published).toHaveLength(1);
    expect(await at.metric("outbox_oldest_unsent_seconds")).toBe(0);
  });

  it("parks an event that the bus can never take, and goes on with the others", async () => {
    at.startRelay({
      bus: busOf((records) => {
        if (records.some(({ key }) => key === "huge")) {
          return Promise.reject(new DomainError("tooLarge", "REQUEST_TOO_LARGE", "too large"));
        }
        at.published.push(...records);
        return Promise.resolve(allOf(records));
      }),
    });

    await db.transaction(async (tx) => {
      for (const key of ["a", "huge", "b"]) await placed(tx, key, 1n);
    });

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(at.published.map(({ key }) => key)).toEqual(["a", "b"]);
    const { rows } = await db.query("parked", "select key, cause from outbox where parked_at is not null");
    expect(rows).toEqual([{ key: "huge", cause: "REQUEST_TOO_LARGE" }]);
    expect(await at.metric("outbox_parked_total")).toBe(1);
    expect(at.telemetry.lines).toContainEqual(expect.objectContaining({ level: "error", aggregate_id: "huge" }));
  });

  it("does not let a part of a topic that fails hold up the others, and keeps its order", async () => {
    let isAway = true;
    const isStuck = ({ key }: BusRecord) => isAway && laneOf(key) === laneOf("stuck");
    at.startRelay({
      batchRows: 3,
      bus: busOf((records) => {
        const taken = records.filter((record) => !isStuck(record));
        at.published.push(...taken);
        if (taken.length === 0) return Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "no leader"));
        return Promise.resolve(new Set(records.flatMap((record, index) => (taken.includes(record) ? [index] : []))));
      }),
    });
    const others = ["a", "b", "c", "d"].filter((key) => laneOf(key) !== laneOf("stuck"));

    await db.transaction((tx) => placed(tx, "a", 1n));
    await db.transaction(async (tx) => {
      await placed(tx, "b", 1n);
      // More than a round takes.
      for (let version = 1n; version <= 7n; version += 1n) await placed(tx, "stuck", version);
      for (const key of others) await placed(tx, key, 2n);
    });

    await expect.poll(() => at.unsent(), WAIT).toBe(7);
    await db.transaction((tx) => placed(tx, "a", 3n));
    await expect.poll(() => at.unsent(), WAIT).toBe(7);
    isAway = false;
    await db.transaction((tx) => placed(tx, "stuck", 8n));
    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    const versions = at.published.filter(({ key }) => key === "stuck").map(({ value }) => versionOf(value));
    expect(versions).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
  });

  it("lets no event of such a part overtake one that was written before there were parts", async () => {
    let isAway = true;
    let attempts = 0;
    const isStuck = ({ key }: BusRecord) => isAway && key === "stuck";
    await db.transaction(async (tx) => {
      await placed(tx, "stuck", 1n);
      await placed(tx, "a", 1n);
    });
    await db.query("older", "update outbox set lane = null where key = 'stuck'");
    at.startRelay({
      bus: busOf((records) => {
        const taken = [...records.entries()].filter(([, record]) => !isStuck(record));
        if (taken.length < records.length) attempts += 1;
        if (taken.length === 0) return Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "no leader"));
        at.published.push(...taken.map(([, record]) => record));
        return Promise.resolve(new Set(taken.map(([index]) => index)));
      }),
    });
    await expect.poll(() => at.unsent(), WAIT).toBe(1);
    await db.transaction((tx) => placed(tx, "stuck", 2n));
    const before = attempts;
    await expect.poll(() => attempts, WAIT).toBeGreaterThan(before + 3);

    isAway = false;

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    const versions = at.published.filter(({ key }) => key === "stuck").map(({ value }) => versionOf(value));
    expect(versions).toEqual([1n, 2n]);
  });

  it("lets others go on while it waits for an answer about such a part", async () => {
    const answer = Promise.withResolvers<ReadonlySet<number>>();
    let attempts = 0;
    at.startRelay({
      bus: busOf((records) => {
        if (records.every(({ key }) => key === "stuck")) {
          attempts += 1;
          return answer.promise;
        }
        const taken = [...records.entries()].filter(([, { key }]) => key !== "stuck");
        return Promise.resolve(new Set(taken.map(([index]) => index)));
      }),
    });
    await db.transaction(async (tx) => {
      await placed(tx, "stuck", 1n);
      await placed(tx, "a", 1n);
    });
    await expect.poll(() => attempts, WAIT).toBe(1);

    await db.transaction((tx) => placed(tx, "a", 2n));

    await expect.poll(() => at.unsent(), WAIT).toBe(1);
    answer.resolve(new Set([0]));
    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(attempts).toBe(1);
  });

  it("lets others go on while it waits for an answer about a whole topic", async () => {
    const answer = Promise.withResolvers<ReadonlySet<number>>();
    let attempts = 0;
    const bus = busOf((records) => {
      at.published.push(...records);
      return Promise.resolve(allOf(records));
    });
    const silent = () => {
      attempts += 1;
      return attempts > 1 ? answer.promise : Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "no leader"));
    };
    at.startRelay({
      bus: { ...bus, publish: (topic, records) => (topic === "dlq" ? silent() : bus.publish(topic, records)) },
    });
    await db.transaction(async (tx) => {
      await placed(tx, "silent", 1n, "dlq");
      await placed(tx, "goes", 1n);
    });
    await expect.poll(() => attempts, WAIT).toBe(2);

    await db.transaction((tx) => placed(tx, "goes", 2n));

    await expect
      .poll(() => at.unsent(), WAIT)
      .toBe(1)
      .finally(() => answer.resolve(new Set([0])));
    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(attempts).toBe(2);
  });

  it("does not let one topic that fails hold up another", async () => {
    const bus = busOf((records) => {
      at.published.push(...records);
      return Promise.resolve(allOf(records));
    });
    at.startRelay({
      batchRows: 3,
      bus: {
        ...bus,
        publish: (topic, records) =>
          topic === "dlq" ? Promise.reject(new Error("there is no topic dlq")) : bus.publish(topic, records),
      },
    });

    await db.transaction(async (tx) => {
      // More than a round takes.
      for (const key of ["1", "2", "3", "4", "5"]) await placed(tx, key, 1n, "dlq");
      await placed(tx, "goes", 1n);
    });

    await expect.poll(() => at.published.map(({ key }) => key), WAIT).toEqual(["goes"]);
    await expect.poll(() => at.unsent(), WAIT).toBe(5);
  });
});

function versionOf(value: Uint8Array): bigint {
  return fromBinary(EventEnvelopeSchema, value).aggregateVersion;
}
