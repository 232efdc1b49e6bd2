import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { runInContext } from "@animal-delivery/platform/request-context";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
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
  it("publishes events in order, as envelopes with their trace, and marks them sent", async () => {
    at.startRelay();
    const orderId = randomUUID();
    const span = at.telemetry.tracer.startSpan("request", {}, ROOT_CONTEXT);
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

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    const [first, second] = at.published.map((record) => ({
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
    at.startRelay();
    const span = at.telemetry.tracer.startSpan("request", {}, ROOT_CONTEXT);
    const context = {
      requestId: "r",
      correlationId: "corr",
      trace: trace.setSpan(ROOT_CONTEXT, span),
      signal: undefined,
    };

    await runInContext(context, () => db.transaction((tx) => placed(tx, randomUUID(), 1n)));

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(at.telemetry.lines.find(({ message }) => message === "event published")).toMatchObject({
      topic: "orders.events",
      event_type: "orders.v1.OrderDelivered",
      correlation_id: "corr",
      trace_id: span.spanContext().traceId,
    });
  });

  it("is woken by the commit, long before it would look", async () => {
    at.startRelay({ pollMs: 60_000 });
    await expect.poll(() => at.leads(), WAIT).toBe(true);

    for (let version = 1n; version <= 3n; version += 1n) {
      await db.transaction((tx) => placed(tx, "one", version));
      await expect.poll(() => at.unsent(), WAIT).toBe(0);
    }
    expect(at.published).toHaveLength(3);
  });

  it("publishes nothing of a transaction that rolled back", async () => {
    at.startRelay();

    await db
      .transaction(async (tx) => {
        await placed(tx, "rolled back", 1n);
        throw new Error("no");
      })
      .catch(() => undefined);
    await db.transaction((tx) => placed(tx, "committed", 1n));

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(at.published.map(({ key }) => key)).toEqual(["committed"]);
  });

  it("sends an event with a lower id that commits later", async () => {
    at.startRelay();
    const gate = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const late = db.transaction(async (tx) => {
      await placed(tx, "late", 1n);
      inserted.resolve();
      await gate.promise;
    });
    await inserted.promise;
    await db.transaction((tx) => placed(tx, "early", 1n));
    await expect.poll(() => at.published.length, WAIT).toBe(1);

    gate.resolve();
    await late;

    await expect.poll(() => at.published.map(({ key }) => key), WAIT).toEqual(["early", "late"]);
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
      at.published.push(...records);
      busy -= 1;
      return allOf(records);
    });
    const first = at.startRelay({ bus, batchRows: 1 });
    at.startRelay({ bus, batchRows: 1, telemetry: testTelemetry() });

    for (let version = 1n; version <= 20n; version += 1n) await db.transaction((tx) => placed(tx, "one", version));
    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    await first.stop();
    await db.transaction((tx) => placed(tx, "one", 21n));

    await expect.poll(() => at.unsent(), WAIT).toBe(0);
    expect(mostBusy).toBe(1);
    expect(at.published.map(({ value }) => fromBinary(EventEnvelopeSchema, value).aggregateVersion)).toEqual(
      Array.from({ length: 21 }, (_, index) => BigInt(index + 1)),
    );
  });
});
