import { randomUUID } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EventEnvelopeSchema, type EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import {
  OrderDeletedSchema,
  OrderDeliveredSchema,
  OrderTransitStartedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { consumeEvents, type ConsumeEventsOptions } from "@animal-delivery/platform/inbox/consume-events";
import { on } from "@animal-delivery/platform/inbox/event-handler";
import { replayParked } from "@animal-delivery/platform/inbox/replay-parked";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { currentContext } from "@animal-delivery/platform/request-context";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry, type TestTelemetry } from "@animal-delivery/platform/testing/telemetry";

const WAIT = { timeout: 20_000, interval: 10 };
const RETRY = { attempts: 3, firstMs: 5, maxMs: 20, attemptTimeoutMs: 5_000 };

let db: TestDatabase;
let bus: TestBus;
let telemetry: TestTelemetry;
let open: AsyncDisposableStack;
let consumer: string;
let topic: string;
/** Orders whose events fail. */
let poison: Set<string>;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
  bus = await testBus();
  await db.query(
    "create",
    "create table effects (place bigint generated always as identity, consumer text, fact text)",
  );
});

afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
});

beforeEach(async () => {
  topic = `orders.events-${randomUUID()}`;
  await bus.ensureTopics([givenTopic()]);
  telemetry = testTelemetry();
  open = new AsyncDisposableStack();
  consumer = `consumer-${randomUUID()}`;
  poison = new Set();
});

afterEach(() => open.disposeAsync());

describe("a consumer", () => {
  it("has the effect of each event once, in the order of the aggregate", async () => {
    const orderId = randomUUID();
    startConsumer();

    await publish(event(orderId, 1n), event(orderId, 2n), event(orderId, 3n));

    await expect.poll(effects, WAIT).toEqual([`${orderId} 1`, `${orderId} 2`, `${orderId} 3`]);
  });

  it("skips duplicates, at once and later", async () => {
    const orderId = randomUUID();
    const twice = event(orderId, 1n);
    startConsumer();

    await publish(twice, twice);
    await publish(event(orderId, 2n));
    await publish(twice);

    await expect.poll(() => outcomes("duplicate"), WAIT).toBe(2);
    expect(await effects()).toEqual([`${orderId} 1`, `${orderId} 2`]);
  });

  it("skips a version older than one that had its effect", async () => {
    const orderId = randomUUID();
    startConsumer();

    await publish(event(orderId, 2n), event(orderId, 1n));

    await expect.poll(() => outcomes("stale"), WAIT).toBe(1);
    expect(await effects()).toEqual([`${orderId} 2`]);
  });

  it("passes over types that it has no handler for", async () => {
    startConsumer();

    await publish(event(randomUUID(), 1n, "other"));

    await expect.poll(() => outcomes("skipped"), WAIT).toBe(1);
    await expect.poll(lag, WAIT).toBe(0n);
  });

  it("works in the trace and correlation of the event, and says so in its log", async () => {
    const seen: (string | undefined)[] = [];
    const orderId = randomUUID();
    startConsumer({
      handlers: [
        on(OrderDeliveredSchema, async () => {
          const context = currentContext();
          seen.push(context?.correlationId, trace.getSpanContext(context?.trace ?? ROOT_CONTEXT)?.traceId);
        }),
      ],
    });

    await publish(event(orderId, 1n));

    await expect.poll(() => seen, WAIT).toEqual(["corr", TRACE_ID]);
    await expect
      .poll(() => telemetry.lines.find(({ message }) => message === "event consumed"), WAIT)
      .toMatchObject({ aggregate_id: orderId, outcome: "applied", trace_id: TRACE_ID, correlation_id: "corr" });
  });

  it("prepares before the transaction, and not for a duplicate", async () => {
    const orderId = randomUUID();
    const prepared: string[] = [];
    startConsumer({
      handlers: [
        on(OrderDeliveredSchema, {
          prepare: async (message) => {
            prepared.push(message.orderId);
            return "snapshot";
          },
          apply: (tx, message, snapshot, envelope) =>
            record(tx, `${message.orderId} ${snapshot} ${envelope.aggregateVersion}`),
        }),
      ],
    });
    const once = event(orderId, 1n);

    await publish(once, once);

    await expect.poll(() => outcomes("duplicate"), WAIT).toBe(1);
    expect(await effects()).toEqual([`${orderId} snapshot 1`]);
    expect(prepared).toEqual([orderId]);
  });

  it("tries again an event that fails for a while", async () => {
    const orderId = randomUUID();
    let attempts = 0;
    startConsumer({
      handlers: [
        on(OrderDeliveredSchema, async (tx, message) => {
          attempts += 1;
          await record(tx, `${message.orderId} attempt ${attempts}`);
          if (attempts < 3) throw new TypeError("not yet");
        }),
      ],
    });

    await publish(event(orderId, 1n));

    await expect.poll(effects, WAIT).toEqual([`${orderId} attempt 3`]);
    expect(await parked()).toEqual([]);
  });

  it("waits as long as a neighbour is away, and parks nothing", async () => {
    const orderId = randomUUID();
    let attempts = 0;
    startConsumer({
      handlers: [
        on(OrderDeliveredSchema, async (tx, message) => {
          attempts += 1;
          if (attempts < 8) throw new DomainError("unavailable", "UNAVAILABLE", "away");
          await record(tx, message.orderId);
        }),
      ],
    });

    await publish(event(orderId, 1n));

    await expect.poll(effects, WAIT).toEqual([orderId]);
    expect(attempts).toBe(8);
    expect(await parked()).toEqual([]);
  });

  it("survives the death of its database connections", async () => {
    const orderId = randomUUID();
    startConsumer();
    await publish(event(orderId, 1n));
    await expect.poll(effects, WAIT).toHaveLength(1);

    await killConnections();
    await publish(event(orderId, 2n));

    await expect.poll(() => effects().catch(() => []), WAIT).toEqual([`${orderId} 1`, `${orderId} 2`]);
  });

  it("has each effect once when two members fight over the same events", async () => {
    const orders = Array.from({ length: 20 }, () => randomUUID());
    const other = await testBus({}, [givenTopic()]);
    open.use({ [Symbol.asyncDispose]: () => other[Symbol.asyncDispose]() });
    const records = orders.flatMap((orderId) => [event(orderId, 1n), event(orderId, 2n)]);
    // The same stream on two buses: what a hand-over in the middle of a batch looks like at its worst.
    await bus.publish(topic, records);
    await other.publish(topic, records);

    startConsumer();
    startConsumer({ bus: other, telemetry: testTelemetry() });

    await expect.poll(async () => (await effects()).length, WAIT).toBe(40);
    await expect.poll(lag, WAIT).toBe(0n);
    expect(new Set(await effects()).size).toBe(40);
  });
});

describe("an event that fails for good", () => {
  it("is parked with those that follow on its aggregate, while others go on", async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    poison.add(bad);
    startConsumer();

    await publish(event(bad, 1n), event(good, 1n), event(bad, 2n), event(good, 2n), event(bad, 3n));

    await expect.poll(effects, WAIT).toEqual([`${good} 1`, `${good} 2`]);
    await expect.poll(parked, WAIT).toEqual([
      { aggregate_id: bad, version: "1", cause: "Error: poisoned" },
      { aggregate_id: bad, version: "2", cause: null },
      { aggregate_id: bad, version: "3", cause: null },
    ]);
    await expect.poll(lag, WAIT).toBe(0n);
  });

  it("goes to the dead letters through the outbox, with its cause and place", async () => {
    const bad = randomUUID();
    poison.add(bad);
    startConsumer();
    startRelay();
    const original = event(bad, 1n);
    const letters = collectDeadLetters();

    await publish(original);

    await expect.poll(() => letters.find(({ key }) => key === bad), WAIT).toBeDefined();
    const letter = letters.find(({ key }) => key === bad)!;
    expect(Buffer.from(letter.value).equals(Buffer.from(original.value))).toBe(true);
    expect(letter.headers).toMatchObject({
      "dlq-consumer": consumer,
      "dlq-cause": "Error: poisoned",
      "dlq-topic": topic,
      "dlq-trace-id": TRACE_ID,
      "event-id": original.headers["event-id"],
    });
    expect(letter.headers["dlq-offset"]).toMatch(/^\d+$/);
  });

  it("is parked once, however often it comes", async () => {
    const bad = randomUUID();
    poison.add(bad);
    const once = event(bad, 1n);
    startConsumer();

    await publish(once, once);
    await publish(once);

    await expect.poll(lag, WAIT).toBe(0n);
    expect(await parked()).toHaveLength(1);
  });

  it("does not tell people's data in its cause", async () => {
    const orderId = randomUUID();
    startConsumer({
      handlers: [
        on(OrderDeliveredSchema, (tx) =>
          tx.query("fail", "select ($1 || ' lives at home')::int", ["Ann Example"]).then(() => undefined),
        ),
      ],
    });

    await publish(event(orderId, 1n));

    await expect.poll(parked, WAIT).toHaveLength(1);
    expect((await parked())[0]).toMatchObject({ cause: expect.not.stringContaining("Ann") });
  });

  it("takes its place in order when it is replayed after the repair", async () => {
    const bad = randomUUID();
    poison.add(bad);
    startConsumer();
    await publish(event(bad, 1n), event(bad, 2n));
    await expect.poll(parked, WAIT).toHaveLength(2);

    expect(await replay()).toEqual({ applied: 0, failed: 1 });
    poison.delete(bad);
    expect(await replay()).toEqual({ applied: 2, failed: 0 });
    await publish(event(bad, 3n));

    await expect.poll(effects, WAIT).toEqual([`${bad} 1`, `${bad} 2`, `${bad} 3`]);
    expect(await parked()).toEqual([]);
  });

  it("is replayed once, and in order, while new events of its aggregate come in", async () => {
    const bad = randomUUID();
    poison.add(bad);
    startConsumer();
    await publish(...Array.from({ length: 10 }, (_, index) => event(bad, BigInt(index + 1))));
    await expect.poll(parked, WAIT).toHaveLength(10);
    poison.delete(bad);

    const publishing = (async () => {
      for (let version = 11n; version <= 30n; version += 1n) await publish(event(bad, version));
    })();
    await Promise.all([replay(), replay(), publishing]);
    await expect.poll(lag, WAIT).toBe(0n);
    await replay();

    expect(await effects()).toEqual(Array.from({ length: 30 }, (_, index) => `${bad} ${index + 1}`));
  });
});

describe("a record that is no event", () => {
  it("goes to the dead letters, and the next event has its effect", async () => {
    const orderId = randomUUID();
    startConsumer();
    startRelay();
    const letters = collectDeadLetters();
    const garbage = { key: orderId, value: Buffer.from("no envelope"), headers: {} };
    const invalid = { ...event(orderId, 1n), value: envelopeBytes({ aggregateId: orderId, aggregateVersion: 0n }) };

    await publish(garbage, invalid, event(orderId, 1n));

    await expect.poll(effects, WAIT).toEqual([`${orderId} 1`]);
    await expect.poll(() => letters.filter(({ key }) => key === orderId).length, WAIT).toBe(2);
    expect(await outcomes("undecodable")).toBe(2);
  });
});

function givenTopic() {
  return { topic, partitions: 4, retentionMs: 3_600_000 };
}

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

function startConsumer(options: Partial<ConsumeEventsOptions> = {}) {
  const handlers = [
    on(OrderDeliveredSchema, async (tx: Transaction, message, envelope) => {
      await record(tx, `${message.orderId} ${envelope.aggregateVersion}`);
      if (poison.has(message.orderId)) throw new Error("poisoned");
    }),
    on(OrderTransitStartedSchema, () => Promise.resolve()),
  ];
  run(consumeEvents({ consumer, topics: [topic], db, bus, telemetry, handlers, retry: RETRY, ...options }));
}

function replay() {
  const handlers = [
    on(OrderDeliveredSchema, async (tx, message, envelope) => {
      await record(tx, `${message.orderId} ${envelope.aggregateVersion}`);
      if (poison.has(message.orderId)) throw new Error("poisoned");
    }),
  ];
  return replayParked(db, { consumer, handlers, telemetry });
}

function startRelay(): void {
  run(relayOutbox({ db, bus, telemetry, pollMs: 20 }));
}

function collectDeadLetters(): BusRecord[] {
  const letters: BusRecord[] = [];
  run({
    run: (stop) =>
      bus.consume(
        {
          group: `dlq-${randomUUID()}`,
          topics: ["dlq"],
          batchRecordsMax: 10,
          handle: async (batch) => {
            letters.push(...batch.records);
            await batch.commit(batch.records.at(-1)!.offset);
          },
        },
        stop,
      ),
  });
  return letters;
}

function run(task: { run(stop: AbortSignal): Promise<void> }): void {
  const stop = new AbortController();
  const running = task.run(stop.signal);
  open.defer(async () => {
    stop.abort();
    await running;
  });
}

function event(orderId: string, version: bigint, kind: "delivered" | "other" = "delivered"): BusRecord {
  const eventId = randomUUID();
  const schema = kind === "delivered" ? OrderDeliveredSchema : OrderDeletedSchema;
  return {
    key: orderId,
    value: envelopeBytes({
      eventId,
      aggregateId: orderId,
      aggregateVersion: version,
      type: schema.typeName,
      payload: toBinary(schema, create(schema, { orderId })),
    }),
    headers: { "event-id": eventId, "correlation-id": "corr", traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` },
  };
}

function envelopeBytes(facts: Partial<EventEnvelope>): Uint8Array {
  const { $typeName: _, $unknown: __, ...init } = facts;
  const base = { eventId: randomUUID(), type: "orders.v1.OrderDelivered", occurredAt: 1n, correlationId: "corr" };
  return toBinary(EventEnvelopeSchema, create(EventEnvelopeSchema, { ...base, ...init }));
}

async function publish(...records: BusRecord[]): Promise<void> {
  await bus.publish(topic, records);
}

async function record(tx: Transaction, fact: string): Promise<void> {
  await tx.query("record_effect", "insert into effects (consumer, fact) values ($1, $2)", [consumer, fact]);
}

async function effects(): Promise<string[]> {
  const { rows } = await db.query<{ fact: string }>(
    "effects",
    "select fact from effects where consumer = $1 order by place",
    [consumer],
  );
  return rows.map(({ fact }) => fact);
}

async function parked(): Promise<unknown[]> {
  const { rows } = await db.query(
    "parked",
    `select aggregate_id, aggregate_version as version, cause from inbox_parked
      where consumer = $1 order by aggregate_id, aggregate_version`,
    [consumer],
  );
  return rows;
}

async function outcomes(outcome: string): Promise<number> {
  const { values } = await telemetry.meters.registry.getSingleMetric("events_consumed_total")!.get();
  return values.filter(({ labels }) => labels["outcome"] === outcome).reduce((sum, { value }) => sum + value, 0);
}

async function lag(): Promise<bigint> {
  return (await bus.lag(consumer, [topic])).reduce((sum, { records }) => sum + records, 0n);
}

async function killConnections(): Promise<void> {
  await db.withSession((session) =>
    session.query(
      "kill_all",
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    ),
  );
}
