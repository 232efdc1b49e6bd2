import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OrderDeliveredSchema } from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { deadLetterFailures } from "@animal-delivery/platform/inbox/failure-policy";
import { on } from "@animal-delivery/platform/inbox/event-handler";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { ConsumerFixture, consumerDatabase, envelopeBytes, event, TRACE_ID, WAIT } from "./consumer-fixture.ts";

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

describe("an event that fails for good", () => {
  it("is parked with those that follow on its aggregate, while others go on", async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    at.poison.add(bad);
    at.startConsumer();

    await at.publish(event(bad, 1n), event(good, 1n), event(bad, 2n), event(good, 2n), event(bad, 3n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${good} 1`, `${good} 2`]);
    await expect
      .poll(() => at.parked(), WAIT)
      .toEqual([
        { aggregate_id: bad, version: "1", cause: "Error: poisoned" },
        { aggregate_id: bad, version: "2", cause: null },
        { aggregate_id: bad, version: "3", cause: null },
      ]);
    await expect.poll(() => at.lag(), WAIT).toBe(0n);
    expect(await at.telemetry.meters.registry.metrics()).toMatch(
      new RegExp(`dlq_messages_total\\{consumer="${at.consumer}",topic="${at.topic}",[^}]*\\} 1\n`),
    );
  });

  it("goes to the dead letters through the outbox, with its cause and place", async () => {
    const bad = randomUUID();
    at.poison.add(bad);
    at.startConsumer();
    at.startRelay();
    const original = event(bad, 1n);
    const letters = at.collectDeadLetters();

    await at.publish(original);

    await expect.poll(() => letters.find(({ key }) => key === bad), WAIT).toBeDefined();
    const letter = letters.find(({ key }) => key === bad)!;
    expect(Buffer.from(letter.value).equals(Buffer.from(original.value))).toBe(true);
    expect(letter.headers).toMatchObject({
      "dlq-consumer": at.consumer,
      "dlq-cause": "Error: poisoned",
      "dlq-topic": at.topic,
      "dlq-trace-id": TRACE_ID,
      "event-id": original.headers["event-id"],
    });
    expect(letter.headers["dlq-offset"]).toMatch(/^\d+$/);
  });

  it("is parked once, however often it comes", async () => {
    const bad = randomUUID();
    at.poison.add(bad);
    const once = event(bad, 1n);
    at.startConsumer();

    await at.publish(once, once);
    await at.publish(once);

    await expect.poll(() => at.lag(), WAIT).toBe(0n);
    expect(await at.parked()).toHaveLength(1);
  });

  it("does not tell people's data in its cause", async () => {
    const orderId = randomUUID();
    at.startConsumer({
      handlers: [
        on(OrderDeliveredSchema, (tx) =>
          tx.query("fail", "select ($1 || ' lives at home')::int", ["Ann Example"]).then(() => undefined),
        ),
      ],
    });

    await at.publish(event(orderId, 1n));

    await expect.poll(() => at.parked(), WAIT).toHaveLength(1);
    expect((await at.parked())[0]).toMatchObject({ cause: expect.not.stringContaining("Ann") });
  });

  it("takes its place in order when it is replayed after the repair", async () => {
    const bad = randomUUID();
    at.poison.add(bad);
    at.startConsumer();
    await at.publish(event(bad, 1n), event(bad, 2n));
    await expect.poll(() => at.parked(), WAIT).toHaveLength(2);

    expect(await at.replay()).toEqual({ applied: 0, failed: 1 });
    at.poison.delete(bad);
    expect(await at.replay()).toEqual({ applied: 2, failed: 0 });
    await at.publish(event(bad, 3n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${bad} 1`, `${bad} 2`, `${bad} 3`]);
    expect(await at.parked()).toEqual([]);
  });

  it("is replayed once, and in order, while new events of its aggregate come in", async () => {
    const bad = randomUUID();
    at.poison.add(bad);
    at.startConsumer();
    await at.publish(...Array.from({ length: 10 }, (_, index) => event(bad, BigInt(index + 1))));
    await expect.poll(() => at.parked(), WAIT).toHaveLength(10);
    at.poison.delete(bad);

    const publishing = (async () => {
      for (let version = 11n; version <= 30n; version += 1n) await at.publish(event(bad, version));
    })();
    await Promise.all([at.replay(), at.replay(), publishing]);
    await expect.poll(() => at.lag(), WAIT).toBe(0n);
    await at.replay();

    expect(await at.effects()).toEqual(Array.from({ length: 30 }, (_, index) => `${bad} ${index + 1}`));
  });
});

describe("a failed event of a consumer that leaves failures to the dead letters", () => {
  it("goes there once and holds up nothing, not even its own aggregate", async () => {
    const bad = randomUUID();
    at.poison.add(bad);
    at.startConsumer({ failures: deadLetterFailures(at.telemetry) });
    at.startRelay();
    const letters = at.collectDeadLetters();
    const once = event(bad, 1n);

    await at.publish(once, once);
    await expect.poll(() => at.outcomes("deadLettered"), WAIT).toBe(1);
    at.poison.delete(bad);
    await at.publish(event(bad, 2n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${bad} 2`]);
    const lettersOfBad = () => letters.filter(({ key }) => key === bad);
    await expect.poll(() => lettersOfBad().length, WAIT).toBe(1);
    expect(lettersOfBad()[0]?.headers).toMatchObject({ "dlq-cause": "Error: poisoned", "dlq-consumer": at.consumer });
    expect(await at.parked()).toEqual([]);
  });

  it("is tried again after what may pass, and given up at once after a refusal", async () => {
    const [slow, refused] = [randomUUID(), randomUUID()];
    const attempts: string[] = [];
    at.startConsumer({
      failures: deadLetterFailures(at.telemetry),
      handlers: [
        on(OrderDeliveredSchema, async (tx, { orderId }) => {
          attempts.push(orderId);
          if (orderId === refused) throw new DomainError("invalid", "REQUEST_INVALID", "no");
          if (attempts.length < 3) throw new DomainError("deadlineExceeded", "DEADLINE_EXCEEDED", "too slow");
          await at.record(tx, orderId);
        }),
      ],
    });

    await at.publish(event(slow, 1n));
    await expect.poll(() => at.effects(), WAIT).toEqual([slow]);
    await at.publish(event(refused, 1n));

    await expect.poll(() => at.outcomes("deadLettered"), WAIT).toBe(1);
    expect(attempts).toEqual([slow, slow, slow, refused]);
  });
});

describe("a record that is no event", () => {
  it("goes to the dead letters, and the next event has its effect", async () => {
    const orderId = randomUUID();
    at.startConsumer();
    at.startRelay();
    const letters = at.collectDeadLetters();
    const garbage = { key: orderId, value: Buffer.from("no envelope"), headers: {} };
    const invalid = { ...event(orderId, 1n), value: envelopeBytes({ aggregateId: orderId, aggregateVersion: 0n }) };

    await at.publish(garbage, invalid, event(orderId, 1n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${orderId} 1`]);
    await expect.poll(() => letters.filter(({ key }) => key === orderId).length, WAIT).toBe(2);
    expect(await at.outcomes("undecodable")).toBe(2);
  });
});
