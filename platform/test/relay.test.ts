import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { OrderDeliveredSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { Bus, BusRecord } from "@animal-delivery/platform/bus/bus";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { appendEvent } from "@animal-delivery/platform/outbox/append-event";
import { relayOutbox, type RelayOptions } from "@animal-delivery/platform/outbox/relay";
import { runInContext } from "@animal-delivery/platform/request-context";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry, type TestTelemetry } from "@animal-delivery/platform/testing/telemetry";

const WAIT = { timeout: 10_000, interval: 10 };
const PACE = { pollMs: 50, standbyMs: 50, backoff: { firstMs: 10, maxMs: 50 } };

let db: TestDatabase;
let telemetry: TestTelemetry;
let open: AsyncDisposableStack;
/** What the bus took, in order; the bus itself is a list. */
let published: BusRecord[];

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "delete from outbox");
  telemetry = testTelemetry();
  open = new AsyncDisposableStack();
  published = [];
});

afterEach(() => open.disposeAsync());

describe("the relay", () => {
  it("publishes events in order, as envelopes with their trace, and marks them sent", async () => {
    startRelay();
    const orderId = randomUUID();
    const span = telemetry.tracer.startSpan("request", {}, ROOT_CONTEXT);
    const context = {
      requestId: "r",
      correlationId: "corr",
      trace: trace.setSpan(ROOT_CONTEXT, span),
      signal: undefined,
    };

    await runInContext(context, () =>
      db.transaction(async (tx) => {
        await placed(tx, orderId, 1n);
        await placed(tx, orderId, 2n);
      }),
    );

    await expect.poll(unsent, WAIT).toBe(0);
    const [first, second] = published.map((record) => ({
      ...record,
      envelope: fromBinary(EventEnvelopeSchema, record.value),
    }));
    expect(first!.key).toBe(orderId);
    expect(first!.envelope).toMatchObject({
      aggregateId: orderId,
      aggregateVersion: 1n,
      correlationId: "corr",
      type: "orders.v1.OrderDelivered",
    });
    expect(first!.headers).toMatchObject({
      "event-id": first!.envelope.eventId,
      "event-type": "orders.v1.OrderDelivered",
      "correlation-id": "corr",
    });
    expect(first!.headers["traceparent"]).toContain(span.spanContext().traceId);
    expect(second!.envelope.aggregateVersion).toBe(2n);
  });

  it("writes a line per event in the event's own trace", async () => {
    startRelay();
    const span = telemetry.tracer.startSpan("request", {}, ROOT_CONTEXT);
    const context = {
      requestId: "r",
      correlationId: "corr",
      trace: trace.setSpan(ROOT_CONTEXT, span),
      signal: undefined,
    };

    await runInContext(context, () => db.transaction((tx) => placed(tx, randomUUID(), 1n)));

    await expect.poll(unsent, WAIT).toBe(0);
    expect(telemetry.lines.find(({ message }) => message === "event published")).toMatchObject({
      topic: "orders.events",
      event_type: "orders.v1.OrderDelivered",
      correlation_id: "corr",
      trace_id: span.spanContext().traceId,
    });
  });

  it("is woken by the commit, long before it would look", async () => {
    startRelay({ pollMs: 60_000 });
    await expect.poll(leads, WAIT).toBe(true);

    for (let version = 1n; version <= 3n; version += 1n) {
      await db.transaction((tx) => placed(tx, "one", version));
      await expect.poll(unsent, WAIT).toBe(0);
    }
    expect(published).toHaveLength(3);
  });

  it("publishes nothing of a transaction that rolled back", async () => {
    startRelay();

    await db
      .transaction(async (tx) => {
        await placed(tx, "rolled back", 1n);
        throw new Error("no");
      })
      .catch(() => undefined);
    await db.transaction((tx) => placed(tx, "committed", 1n));

    await expect.poll(unsent, WAIT).toBe(0);
    expect(published.map(({ key }) => key)).toEqual(["committed"]);
  });

  it("sends an event with a lower id that commits later", async () => {
    startRelay();
    const gate = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const late = db.transaction(async (tx) => {
      await placed(tx, "late", 1n);
      inserted.resolve();
      await gate.promise;
    });
    await inserted.promise;
    await db.transaction((tx) => placed(tx, "early", 1n));
    await expect.poll(() => published.length, WAIT).toBe(1);

    gate.resolve();
    await late;

    await expect.poll(() => published.map(({ key }) => key), WAIT).toEqual(["early", "late"]);
  });

  it("publishes again what it could not mark", async () => {
    const stopped = startRelay({
      bus: busOf(async (records) => {
        published.push(...records);
        // The relay's connection dies after the bus has acknowledged, before the rows are marked.
        if (published.length === 1) await killRelaySession();
        return allOf(records);
      }),
    });

    await db.transaction((tx) => placed(tx, "twice", 1n));

    await expect.poll(unsent, WAIT).toBe(0);
    await stopped.stop();
    expect(published.map(({ key }) => key)).toEqual(["twice", "twice"]);
    expect(published[0]!.headers["event-id"]).toBe(published[1]!.headers["event-id"]);
  });

  it("marks exactly the events that the bus acknowledged, and sends the others again", async () => {
    let attempt = 0;
    startRelay({
      bus: busOf((records) => {
        attempt += 1;
        const taken = records.filter((_, index) => attempt > 1 || index !== 1);
        published.push(...taken);
        return Promise.resolve(new Set(records.flatMap((record, index) => (taken.includes(record) ? [index] : []))));
      }),
    });

    await db.transaction(async (tx) => {
      for (const key of ["a", "b", "c"]) await placed(tx, key, 1n);
    });

    await expect.poll(unsent, WAIT).toBe(0);
    expect(published.map(({ key }) => key)).toEqual(["a", "c", "b"]);
  });

  it("waits for a bus that is away, with back-off, and tells how long", async () => {
    let isAway = true;
    let attempts = 0;
    startRelay({
      bus: busOf((records) => {
        attempts += 1;
        if (isAway) return Promise.reject(new DomainError("unavailable", "UNAVAILABLE", "away"));
        published.push(...records);
        return Promise.resolve(allOf(records));
      }),
    });
    await db.transaction((tx) => placed(tx, "patient", 1n));
    await expect.poll(() => attempts, WAIT).toBeGreaterThan(2);
    expect(await metric("outbox_oldest_unsent_seconds")).toBeGreaterThan(0);

    isAway = false;

    await expect.poll(unsent, WAIT).toBe(0);
    expect(published).toHaveLength(1);
    expect(await metric("outbox_oldest_unsent_seconds")).toBe(0);
  });

  it("parks an event that the bus can never take, and goes on with the others", async () => {
    startRelay({
      bus: busOf((records) => {
        if (records.some(({ key }) => key === "huge")) {
          return Promise.reject(new DomainError("tooLarge", "REQUEST_TOO_LARGE", "too large"));
        }
        published.push(...records);
        return Promise.resolve(allOf(records));
      }),
    });

    await db.transaction(async (tx) => {
      for (const key of ["a", "huge", "b"]) await placed(tx, key, 1n);
    });

    await expect.poll(unsent, WAIT).toBe(0);
    expect(published.map(({ key }) => key)).toEqual(["a", "b"]);
    const { rows } = await db.query("parked", "select key, cause from outbox where parked_at is not null");
    expect(rows).toEqual([{ key: "huge", cause: "REQUEST_TOO_LARGE" }]);
    expect(await metric("outbox_parked_total")).toBe(1);
    expect(telemetry.lines).toContainEqual(expect.objectContaining({ level: "error", aggregate_id: "huge" }));
  });

  it("does not let one topic that fails hold up another", async () => {
    const bus = busOf((records) => {
      published.push(...records);
      return Promise.resolve(allOf(records));
    });
    startRelay({
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

    await expect.poll(() => published.map(({ key }) => key), WAIT).toEqual(["goes"]);
    await expect.poll(unsent, WAIT).toBe(5);
  });
});

describe("two relays of one database", () => {
  it("work one at a time, and the other takes over when the first stops", async () => {
    let busy = 0;
    let mostBusy = 0;
    const bus = busOf(async (records) => {
      busy += 1;
      mostBusy = Math.max(mostBusy, busy);
      await new Promise((resolve) => setImmediate(resolve));
      published.push(...records);
      busy -= 1;
      return allOf(records);
    });
    const first = startRelay({ bus, batchRows: 1 });
    startRelay({ bus, batchRows: 1, telemetry: testTelemetry() });

    for (let version = 1n; version <= 20n; version += 1n) await db.transaction((tx) => placed(tx, "one", version));
    await expect.poll(unsent, WAIT).toBe(0);
    await first.stop();
    await db.transaction((tx) => placed(tx, "one", 21n));

    await expect.poll(unsent, WAIT).toBe(0);
    expect(mostBusy).toBe(1);
    expect(published.map(({ value }) => fromBinary(EventEnvelopeSchema, value).aggregateVersion)).toEqual(
      Array.from({ length: 21 }, (_, index) => BigInt(index + 1)),
    );
  });
});

function startRelay(options: Partial<RelayOptions> = {}) {
  const bus = busOf((records) => {
    published.push(...records);
    return Promise.resolve(allOf(records));
  });
  const stop = new AbortController();
  const running = relayOutbox({ db, bus, telemetry, ...PACE, ...options }).run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  open.defer(end);
  return { stop: end };
}

/** A bus of which the relay sees only `publish`. */
function busOf(publish: (records: readonly BusRecord[]) => Promise<ReadonlySet<number>>): Bus {
  return {
    recordBytesMax: 1_000_000,
    publish: (_, records) => publish(records),
    ensureTopics: () => Promise.resolve([]),
    consume: () => Promise.resolve(),
    lag: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function allOf(records: readonly BusRecord[]): ReadonlySet<number> {
  return new Set(records.keys());
}

function placed(tx: Transaction, orderId: string, version: bigint, topic = "orders.events"): Promise<void> {
  return appendEvent(tx, {
    topic,
    aggregateId: orderId,
    aggregateVersion: version,
    schema: OrderDeliveredSchema,
    message: { orderId },
  });
}

async function unsent(): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "unsent",
    "select count(*)::int as n from outbox where sent_at is null and parked_at is null",
  );
  return rows[0]!.n;
}

async function leads(): Promise<boolean> {
  return (await metric("outbox_relay_leader")) === 1;
}

async function metric(name: string): Promise<number> {
  const found = await telemetry.meters.registry.getSingleMetric(name)!.get();
  return found.values.reduce((sum, { value }) => sum + value, 0);
}

/** Kills the connection that holds the relay's lock. */
async function killRelaySession(): Promise<void> {
  await db.query(
    "kill_relay",
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`,
  );
}
