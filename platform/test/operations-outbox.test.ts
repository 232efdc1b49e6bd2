// Drives OperationsService over what the relay parked, against a real Postgres; the bus is a list.
import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ParkedIn, type OperationsService } from "@animal-delivery/contracts/gen/operations/v1/operations_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { auditOf } from "@animal-delivery/platform/testing/audit-of";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { operatorOf } from "./operations-fixture.ts";
import { allOf, busOf, placed, RelayFixture, WAIT } from "./relay-fixture.ts";

let db: TestDatabase;
let at: RelayFixture;
let operator: Client<typeof OperationsService>;
let isMended: boolean;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
  operator = operatorOf(db, []);
});
afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  at = await RelayFixture.on(db);
  isMended = false;
  at.startRelay({
    bus: busOf((records) => {
      if (!isMended && records.some(({ key }) => key === "huge")) {
        return Promise.reject(new DomainError("tooLarge", "REQUEST_TOO_LARGE", "too large"));
      }
      at.published.push(...records);
      return Promise.resolve(allOf(records));
    }),
  });
});
afterEach(() => at[Symbol.asyncDispose]());

describe("the outbox, for operators", () => {
  it("shows what is parked, why, and what waits behind it", async () => {
    const [first, second] = await givenParked(2);

    expect((await operator.listParked({ parkedIn: ParkedIn.OUTBOX })).events).toMatchObject([
      {
        eventId: first,
        consumer: "",
        type: "orders.v1.OrderDelivered",
        aggregateId: "huge",
        topic: "orders.events",
        cause: "REQUEST_TOO_LARGE",
        first: true,
        waiting: 1n,
      },
      { eventId: second, cause: "", first: false, waiting: 0n },
    ]);
    expect((await operator.listParked({ parkedIn: ParkedIn.CONSUMER })).events).toEqual([]);
    expect(await operator.getOutbox({})).toMatchObject({ unsentEvents: 0n, parkedEvents: 2n, parkedAggregates: 1n });
  });

  it("tells since when events wait that are not parked", async () => {
    await db.query(
      "waiting",
      `insert into outbox (event_id, topic, key, value, headers, created_at)
       values (gen_random_uuid(), 'nowhere', 'k', '', '{}', now() - interval '1 hour')`,
    );
    await at[Symbol.asyncDispose]();
    await db.query("unsend", "update outbox set sent_at = null");

    const { unsentEvents, oldestUnsentAt } = await operator.getOutbox({});

    expect(unsentEvents).toBe(1n);
    expect(Math.abs(Number(oldestUnsentAt?.seconds) * 1_000 - (Date.now() - 3_600_000))).toBeLessThan(60_000);
  });
});

describe("RetryOutboxRow", () => {
  it("gives the relay the event and what waits behind it, in order, and says so in the audit", async () => {
    const ids = await givenParked(3);
    isMended = true;

    expect(await operator.retryOutboxRow({ eventId: ids[0]! })).toMatchObject({ released: 3n });

    await expect.poll(publishedIds, WAIT).toEqual(ids);
    expect(await auditOf(db, ids[0]!)).toMatchObject([
      { actor: "root", action: "retry", resource: "outbox_event", before: { cause: "REQUEST_TOO_LARGE" } },
    ]);
  });

  it("happens once when ten ask at the same time", async () => {
    const [eventId = ""] = await givenParked(1);
    isMended = true;

    const asked = Array.from({ length: 10 }, () => operator.retryOutboxRow({ eventId }));
    const outcomes = await Promise.allSettled(asked);

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect.poll(publishedIds, WAIT).toEqual([eventId]);
    expect(await auditOf(db, eventId)).toHaveLength(1);
  });

  it("refuses an event that waits, and one that is not parked", async () => {
    const [first, second = ""] = await givenParked(2);

    expect(await refusalOf(operator.retryOutboxRow({ eventId: second }))).toMatchObject({
      reason: "PARKED_EVENT_WAITS",
      metadata: { first_event_id: first },
    });
    expect(await refusalOf(operator.retryOutboxRow({ eventId: randomUUID() }))).toMatchObject({
      reason: "PARKED_EVENT_NOT_FOUND",
    });
  });
});

describe("SkipOutboxRow", () => {
  it("takes the event out unpublished, and those behind it go, in order", async () => {
    const ids = await givenParked(3);
    isMended = true;

    const skip = { eventId: ids[0]!, reason: "told by hand" };

    expect(await operator.skipOutboxRow(skip)).toMatchObject({ released: 2n });
    await expect.poll(publishedIds, WAIT).toEqual(ids.slice(1));
    expect(await auditOf(db, ids[0]!)).toMatchObject([{ action: "skip", reason: "told by hand" }]);
  });

  it("refuses an event that waits behind another", async () => {
    const [, second = ""] = await givenParked(2);

    expect(await refusalOf(operator.skipOutboxRow({ eventId: second, reason: "no" }))).toMatchObject({
      reason: "PARKED_EVENT_WAITS",
    });
  });
});

/** Events of one aggregate, the first of which the bus does not take. @returns their ids, in order. */
async function givenParked(count: number): Promise<string[]> {
  await db.transaction(async (tx) => {
    for (let version = 1; version <= count; version += 1) await placed(tx, "huge", BigInt(version));
  });
  const ids = async () => {
    const { rows } = await db.query<{ event_id: string }>(
      "parked_ids",
      "select event_id from outbox where parked_at is not null order by id",
    );
    return rows.map(({ event_id: id }) => id);
  };
  await expect.poll(ids, WAIT).toHaveLength(count);
  return ids();
}

/** The events of the aggregate that the bus took. */
function publishedIds(): (string | undefined)[] {
  return at.published.filter(({ key }) => key === "huge").map(({ headers }) => headers["event-id"]);
}
