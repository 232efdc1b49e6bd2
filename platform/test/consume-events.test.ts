import { randomUUID } from "node:crypto";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OrderDeliveredSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { on } from "@animal-delivery/platform/inbox/event-handler";
import { currentContext } from "@animal-delivery/platform/request-context";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { ConsumerFixture, consumerDatabase, event, TRACE_ID, WAIT } from "./consumer-fixture.ts";

let db: TestDatabase;
let bus: TestBus;
let at: ConsumerFixture;

beforeAll(async () => {
  db = await consumerDatabase();
  bus = await testBus();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
});

beforeEach(async () => {
  at = await ConsumerFixture.on(db, bus);
});
afterEach(() => at[Symbol.asyncDispose]());

describe("a consumer", () => {
  it("has the effect of each event once, in the order of the aggregate", async () => {
    const orderId = randomUUID();
    at.startConsumer();

    await at.publish(event(orderId, 1n), event(orderId, 2n), event(orderId, 3n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${orderId} 1`, `${orderId} 2`, `${orderId} 3`]);
  });

  it("skips duplicates, at once and later", async () => {
    const orderId = randomUUID();
    const twice = event(orderId, 1n);
    at.startConsumer();

    await at.publish(twice, twice);
    await at.publish(event(orderId, 2n));
    await at.publish(twice);

    await expect.poll(() => at.outcomes("duplicate"), WAIT).toBe(2);
    expect(await at.effects()).toEqual([`${orderId} 1`, `${orderId} 2`]);
  });

  it("skips a version older than one that had its effect", async () => {
    const orderId = randomUUID();
    at.startConsumer();

    await at.publish(event(orderId, 2n), event(orderId, 1n));

    await expect.poll(() => at.outcomes("stale"), WAIT).toBe(1);
    expect(await at.effects()).toEqual([`${orderId} 2`]);
  });

  it("passes over types that it has no handler for", async () => {
    at.startConsumer();

    await at.publish(event(randomUUID(), 1n, "other"));

    await expect.poll(() => at.outcomes("skipped"), WAIT).toBe(1);
    await expect.poll(() => at.lag(), WAIT).toBe(0n);
  });

  it("works in the trace and correlation of the event, and says so in its log", async () => {
    const seen: (string | undefined)[] = [];
    const orderId = randomUUID();
    at.startConsumer({
      handlers: [
        on(OrderDeliveredSchema, async () => {
          const context = currentContext();
          seen.push(context?.correlationId, trace.getSpanContext(context?.trace ?? ROOT_CONTEXT)?.traceId);
        }),
      ],
    });

    await at.publish(event(orderId, 1n));

    await expect.poll(() => seen, WAIT).toEqual(["corr", TRACE_ID]);
    await expect
      .poll(() => at.telemetry.lines.find(({ message }) => message === "event consumed"), WAIT)
      .toMatchObject({ aggregate_id: orderId, outcome: "applied", trace_id: TRACE_ID, correlation_id: "corr" });
  });

  it("prepares before the transaction, and not for a duplicate", async () => {
    const orderId = randomUUID();
    const prepared: string[] = [];
    at.startConsumer({
      handlers: [
        on(OrderDeliveredSchema, {
          prepare: async (message) => {
            prepared.push(message.orderId);
            return "snapshot";
          },
          apply: (tx, message, snapshot, envelope) =>
            at.record(tx, `${message.orderId} ${snapshot} ${envelope.aggregateVersion}`),
        }),
      ],
    });
    const once = event(orderId, 1n);

    await at.publish(once, once);

    await expect.poll(() => at.outcomes("duplicate"), WAIT).toBe(1);
    expect(await at.effects()).toEqual([`${orderId} snapshot 1`]);
    expect(prepared).toEqual([orderId]);
  });

  it("tries again an event that fails for a while", async () => {
    const orderId = randomUUID();
    let attempts = 0;
    at.startConsumer({
      handlers: [
        on(OrderDeliveredSchema, async (tx, message) => {
          attempts += 1;
          await at.record(tx, `${message.orderId} attempt ${attempts}`);
          if (attempts < 3) throw new TypeError("not yet");
        }),
      ],
    });

    await at.publish(event(orderId, 1n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${orderId} attempt 3`]);
    expect(await at.parked()).toEqual([]);
  });

  it("waits as long as a neighbour is away, and parks nothing", async () => {
    const orderId = randomUUID();
    let attempts = 0;
    at.startConsumer({
      handlers: [
        on(OrderDeliveredSchema, async (tx, message) => {
          attempts += 1;
          if (attempts < 8) throw new DomainError("unavailable", "UNAVAILABLE", "away");
          await at.record(tx, message.orderId);
        }),
      ],
    });

    await at.publish(event(orderId, 1n));

    await expect.poll(() => at.effects(), WAIT).toEqual([orderId]);
    expect(attempts).toBe(8);
    expect(await at.parked()).toEqual([]);
  });

  it("survives the death of its database connections", async () => {
    const orderId = randomUUID();
    at.startConsumer();
    await at.publish(event(orderId, 1n));
    await expect.poll(() => at.effects(), WAIT).toHaveLength(1);

    await at.killConnections();
    await at.publish(event(orderId, 2n));

    await expect.poll(() => at.effects().catch(() => []), WAIT).toEqual([`${orderId} 1`, `${orderId} 2`]);
  });

  it("has each effect once when two members fight over the same events", async () => {
    const orders = Array.from({ length: 20 }, () => randomUUID());
    const other = await testBus({}, [at.givenTopic()]);
    at.open.use({ [Symbol.asyncDispose]: () => other[Symbol.asyncDispose]() });
    const records = orders.flatMap((orderId) => [event(orderId, 1n), event(orderId, 2n)]);
    // The same stream on two buses: what a hand-over in the middle of a batch looks like at its worst.
    await at.bus.publish(at.topic, records);
    await other.publish(at.topic, records);

    at.startConsumer();
    at.startConsumer({ bus: other, telemetry: testTelemetry() });

    await expect.poll(async () => (await at.effects()).length, WAIT).toBe(40);
    await expect.poll(() => at.lag(), WAIT).toBe(0n);
    expect(new Set(await at.effects()).size).toBe(40);
  });
});
