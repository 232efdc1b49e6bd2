import { randomUUID } from "node:crypto";
import { ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestDatabase } from "@animal-delivery/platform/testing/database";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { runInContext } from "@animal-delivery/platform/request-context";
import { consumerDatabase, ConsumerFixture, WAIT } from "./consumer-fixture.ts";
import { busOf, placed, RelayFixture } from "./relay-fixture.ts";

let db: TestDatabase;
let bus: TestBus;
let at: ConsumerFixture;

beforeAll(async () => {
  [db, bus] = await Promise.all([consumerDatabase(), testBus()]);
});

afterAll(() => Promise.all([db[Symbol.asyncDispose](), bus[Symbol.asyncDispose]()]));

beforeEach(async () => {
  await db.query("empty", "delete from outbox");
  at = await ConsumerFixture.on(db, bus);
});

afterEach(() => at[Symbol.asyncDispose]());

describe("the trace of an event", () => {
  it("goes from the request over the outbox and the bus to the consumer, each the parent of the next", async () => {
    const request = await placeInTrace();

    at.startRelay();
    at.startConsumer();

    await expect.poll(() => spanNamed(`process ${at.topic}`), WAIT).toBeDefined();
    const [outbox, send, work] = ["outbox", "send", "process"].map((name) => spanNamed(`${name} ${at.topic}`));
    expect(outbox).toMatchObject({ traceId: request.traceId, parentSpanId: request.spanId });
    expect(send).toMatchObject({ kind: SpanKind.PRODUCER, parentSpanId: outbox?.spanId, failed: false });
    expect(work).toMatchObject({ kind: SpanKind.CONSUMER, traceId: request.traceId, parentSpanId: send?.spanId });
    expect(outbox?.durationMs).toBeGreaterThanOrEqual(send?.durationMs ?? 0);
  });

  it("is described by OpenTelemetry's conventions for messaging", async () => {
    await placeInTrace();

    at.startRelay();
    at.startConsumer();

    await expect.poll(() => spanNamed(`process ${at.topic}`), WAIT).toBeDefined();
    const common = {
      "messaging.system.name": "log_bus",
      "messaging.destination.name": at.topic,
      "messaging.message.id": expect.any(String),
    };
    expect(spanNamed(`send ${at.topic}`)?.attributes).toEqual({
      ...common,
      "messaging.operation.name": "send",
      "messaging.operation.type": "send",
    });
    expect(spanNamed(`process ${at.topic}`)?.attributes).toEqual({
      ...common,
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.consumer.group.name": at.consumer,
      "messaging.destination.partition.id": expect.stringMatching(/^\d$/),
      "animal_delivery.outcome": "applied",
    });
  });

  it("shows that a consumer passed an event over", async () => {
    await placeInTrace();

    at.startRelay();
    at.startConsumer({ handlers: [] });

    await expect.poll(() => spanNamed(`process ${at.topic}`), WAIT).toBeDefined();
    expect(spanNamed(`process ${at.topic}`)?.attributes).toMatchObject({ "animal_delivery.outcome": "skipped" });
  });

  it("shows each failed attempt to publish", async () => {
    await using relay = await RelayFixture.on(db);
    let calls = 0;
    const flaky = busOf(async (records) => (calls++ === 0 ? new Set() : new Set(records.keys())));
    await db.transaction((tx) => placed(tx, randomUUID(), 1n));

    relay.startRelay({ bus: flaky });

    await expect.poll(() => relay.unsent(), WAIT).toBe(0);
    const sends = relay.telemetry.spans().filter(({ name }) => name === "send orders.events");
    expect(sends.map(({ failed, attributes }) => [failed, attributes["error.type"]])).toEqual([
      [true, "NOT_ACKNOWLEDGED"],
      [false, undefined],
    ]);
  });
});

function spanNamed(name: string) {
  return at.telemetry.spans().find((span) => span.name === name);
}

/** Writes one event within a span. @returns the span's ids. */
async function placeInTrace() {
  const span = at.telemetry.tracer.startSpan("request", {}, ROOT_CONTEXT);
  const context = trace.setSpan(ROOT_CONTEXT, span);
  await runInContext({ requestId: "r", correlationId: "c", trace: context, signal: undefined }, () =>
    db.transaction((tx) => placed(tx, randomUUID(), 1n, at.topic)),
  );
  return span.spanContext();
}
