// Drives OperationsService over what consumers parked: a real Postgres, a real log bus; only the network is in memory.
import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ParkedIn,
  type OperationsService,
  type ParkedEvent,
} from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import type { BusRecord } from "@animal-delivery/platform/bus/bus";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { ConsumerFixture, consumerDatabase, event, WAIT } from "./consumer-fixture.ts";
import { operatorOf } from "./operations-fixture.ts";

const TYPE = "orders.v1.OrderDelivered";

let db: TestDatabase;
let bus: TestBus;
let at: ConsumerFixture;
let operator: Client<typeof OperationsService>;

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
  operator = operatorOf(db, [{ consumer: at.consumer, handlers: at.handlers() }]);
});
afterEach(() => at[Symbol.asyncDispose]());

describe("ListParked", () => {
  it("shows the event that failed, why and where, and those that wait behind it", async () => {
    const { order, ids } = await givenPoison(3);

    const { events } = await operator.listParked({ consumer: at.consumer });

    expect(events).toMatchObject([
      {
        eventId: ids[0],
        parkedIn: ParkedIn.CONSUMER,
        consumer: at.consumer,
        type: TYPE,
        aggregateId: order,
        topic: at.topic,
        partition: expect.any(Number),
        offset: expect.any(BigInt),
        cause: "Error: poisoned",
        first: true,
        waiting: 2n,
      },
      { eventId: ids[1], cause: "", first: false, waiting: 1n },
      { eventId: ids[2], cause: "", first: false, waiting: 0n },
    ]);
  });

  it("gives every event once in pages, the one parked first at the beginning", async () => {
    const { ids } = await givenPoison(7);
    const seen: ParkedEvent[] = [];
    let pageToken = "";
    do {
      const page = await operator.listParked({ consumer: at.consumer, pageSize: 3, pageToken });
      seen.push(...page.events);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");

    expect(seen.map(({ eventId }) => eventId)).toEqual(ids);
  });

  it("narrows by type, aggregate, cause in any case, place and time", async () => {
    const { order } = await givenPoison(2);
    await givenPoison(1);
    const future = timestampFromDate(new Date(Date.now() + 60_000));
    const found = async (filter: Parameters<typeof operator.listParked>[0]) =>
      (await operator.listParked({ consumer: at.consumer, ...filter })).events.length;

    expect(await found({})).toBe(3);
    expect(await found({ type: TYPE })).toBe(3);
    expect(await found({ type: "orders.v1.OrderCreated" })).toBe(0);
    expect(await found({ aggregateId: order })).toBe(2);
    expect(await found({ cause: "POISON" })).toBe(2);
    expect(await found({ parkedAfter: future })).toBe(0);
    expect(await found({ parkedBefore: future })).toBe(3);
    const inOutbox = await operator.listParked({ parkedIn: ParkedIn.OUTBOX, aggregateId: order });
    expect(inOutbox.events).toEqual([]);
  });

  it("refuses a consumer that the service does not have, and a made-up page token", async () => {
    expect(await refusalOf(operator.listParked({ consumer: "nobody" }))).toMatchObject({
      reason: "CONSUMER_NOT_FOUND",
    });
    expect(await refusalOf(operator.listParked({ pageToken: "zzz" }))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
  });
});

describe("GetOutbox", () => {
  it("tells how much each consumer has parked", async () => {
    await givenPoison(3);
    await givenPoison(1);

    const { consumers } = await operator.getOutbox({});

    expect(consumers).toMatchObject([{ consumer: at.consumer, events: 4n, aggregates: 2n }]);
  });
});

describe("ReplayParked", () => {
  it.each([
    ["an aggregate", ({ order }: Poison) => ({ aggregateId: order })],
    ["a type", () => ({ type: TYPE })],
    ["a cause", () => ({ cause: "poison" })],
    ["a time", () => ({ parkedBefore: timestampFromDate(new Date(Date.now() + 60_000)) })],
    ["everything", () => ({ all: true })],
  ])("applies %s in order once the cause is mended, and the next event goes on", async (_, what) => {
    const poison = await givenPoison(3);
    const { order } = poison;
    at.poison.clear();

    const answer = await operator.replayParked({ consumer: at.consumer, ...what(poison) });

    expect(answer).toMatchObject({ applied: 3n, failed: 0n, more: false, failures: [] });
    await at.publish(event(order, 4n));
    await expect.poll(() => at.effects(), WAIT).toEqual([1, 2, 3, 4].map((version) => `${order} ${version}`));
    expect((await operator.listParked({ consumer: at.consumer })).events).toEqual([]);
  });

  it("applies one event alone, if it is the first of its aggregate", async () => {
    const { order, ids } = await givenPoison(2);
    at.poison.clear();

    expect(await refusalOf(operator.replayParked({ eventId: ids[1]! }))).toMatchObject({
      reason: "PARKED_EVENT_WAITS",
      metadata: { event_id: ids[1], first_event_id: ids[0] },
    });
    expect(await operator.replayParked({ eventId: ids[0]! })).toMatchObject({ applied: 1n, more: false });

    expect(await at.effects()).toEqual([`${order} 1`]);
    expect((await operator.listParked({ consumer: at.consumer })).events).toMatchObject([
      { eventId: ids[1], first: true },
    ]);
  });

  it("says what failed again and why, and goes on with the other aggregates", async () => {
    const bad = await givenPoison(2);
    const good = await givenPoison(2);
    at.poison.delete(good.order);

    const answer = await operator.replayParked({ all: true });

    expect(answer).toMatchObject({
      applied: 2n,
      failed: 1n,
      failures: [{ consumer: at.consumer, eventId: bad.ids[0], aggregateId: bad.order, cause: "Error: poisoned" }],
    });
    expect(await at.effects()).toEqual([`${good.order} 1`, `${good.order} 2`]);
  });

  it("stops at the number of events asked for and says that there is more", async () => {
    const { order } = await givenPoison(3);
    at.poison.clear();
    const request = { aggregateId: order, eventsMax: 2 };

    expect(await operator.replayParked(request)).toMatchObject({ applied: 2n, more: true });
    expect(await operator.replayParked(request)).toMatchObject({ applied: 1n, more: false });
  });

  it("has each effect once, and one record in the audit, when ten ask at the same time", async () => {
    const { order, ids } = await givenPoison(5);
    at.poison.clear();

    const answers = await Promise.all(Array.from({ length: 10 }, () => operator.replayParked({ aggregateId: order })));

    expect(answers.reduce((sum, { applied }) => sum + applied, 0n)).toBe(5n);
    expect(await at.effects()).toEqual([1, 2, 3, 4, 5].map((version) => `${order} ${version}`));
    for (const id of ids) {
      expect(await auditOf(db, id)).toMatchObject([{ actor: "root", action: "replay", after: { state: "applied" } }]);
    }
  });

  it("leaves no record of an effect that failed", async () => {
    const { ids } = await givenPoison(1);

    expect(await operator.replayParked({ eventId: ids[0]! })).toMatchObject({ applied: 0n, failed: 1n });

    expect(await auditOf(db, ids[0]!)).toEqual([]);
  });

  it("refuses an event that is not parked", async () => {
    expect(await refusalOf(operator.replayParked({ eventId: randomUUID() }))).toMatchObject({
      reason: "PARKED_EVENT_NOT_FOUND",
    });
  });
});

describe("SkipParked", () => {
  it("takes an event out without its effect and lets the next ones go on, in order", async () => {
    const { order, ids } = await givenPoison(3);
    const skip = { consumer: at.consumer, eventId: ids[0]!, reason: "put right by hand" };

    expect(await operator.skipParked(skip)).toMatchObject({ aggregateId: order, waiting: 2n });
    at.poison.clear();
    await operator.replayParked({ aggregateId: order });
    await at.publish(event(order, 4n));

    await expect.poll(() => at.effects(), WAIT).toEqual([2, 3, 4].map((version) => `${order} ${version}`));
    expect(await auditOf(db, ids[0]!)).toMatchObject([
      {
        actor: "root",
        action: "skip",
        resource: "parked_event",
        reason: "put right by hand",
        before: { state: "parked", consumer: at.consumer, type: TYPE, aggregate_id: order, cause: "Error: poisoned" },
        after: { state: "skipped" },
      },
    ]);
  });

  it("of the only one lets new events of the aggregate have their effect at once", async () => {
    const { order, ids } = await givenPoison(1);
    at.poison.clear();

    await operator.skipParked({ consumer: at.consumer, eventId: ids[0]!, reason: "not wanted" });
    await at.publish(event(order, 2n));

    await expect.poll(() => at.effects(), WAIT).toEqual([`${order} 2`]);
  });

  it("happens once when ten ask at the same time, beside a replay", async () => {
    const { order, ids } = await givenPoison(2);
    at.poison.clear();
    const skip = () => operator.skipParked({ consumer: at.consumer, eventId: ids[0]!, reason: "twice" });

    const [replayed, ...skips] = await Promise.all([
      operator.replayParked({ aggregateId: order }),
      ...Array.from({ length: 10 }, () =>
        skip()
          .then(() => 1)
          .catch(() => 0),
      ),
    ]);
    const skipped = skips.reduce((sum, one) => sum + one, 0);
    await operator.replayParked({ aggregateId: order });

    expect(skipped).toBeLessThanOrEqual(1);
    expect(Number(replayed.applied) + skipped).toBeGreaterThanOrEqual(1);
    expect(await at.effects()).toEqual(skipped === 1 ? [`${order} 2`] : [`${order} 1`, `${order} 2`]);
    expect(await auditOf(db, ids[0]!)).toMatchObject([{ action: skipped === 1 ? "skip" : "replay" }]);
  });

  it("refuses an event that waits, one that is not parked, and a reason that says nothing", async () => {
    const { ids } = await givenPoison(2);
    const consumer = at.consumer;
    const skip = (eventId: string, reason = "why not") => refusalOf(operator.skipParked({ consumer, eventId, reason }));

    expect(await skip(ids[1]!)).toMatchObject({ reason: "PARKED_EVENT_WAITS", metadata: { first_event_id: ids[0] } });
    expect(await skip(randomUUID())).toMatchObject({ reason: "PARKED_EVENT_NOT_FOUND" });
    expect(await skip(ids[0]!, "")).toMatchObject({ reason: "REQUEST_INVALID" });
    expect(await skip(ids[0]!, "x".repeat(501))).toMatchObject({ reason: "REQUEST_INVALID" });
    expect((await operator.listParked({ consumer })).events).toHaveLength(2);
  });
});

interface Poison {
  readonly order: string;
  /** Of its events, in order. */
  readonly ids: readonly string[];
}

/** An order whose events fail: the first is parked, and the others behind it. */
async function givenPoison(count: number): Promise<Poison> {
  const order = randomUUID();
  const before = (await at.parked()).length;
  if (before === 0) at.startConsumer();
  at.poison.add(order);
  const records = Array.from({ length: count }, (_, index) => event(order, BigInt(index + 1)));
  await at.publish(...records);
  await expect.poll(async () => (await at.parked()).length, WAIT).toBe(before + count);
  return { order, ids: records.map(idOf) };
}

function idOf({ headers }: BusRecord): string {
  return headers["event-id"] ?? "";
}
