import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { outboxState } from "@animal-delivery/platform/outbox/outbox-state";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "truncate outbox");
});

describe("the state of an outbox", () => {
  it("is all zero when nothing waits", async () => {
    await givenRows(3, "sent_at");

    expect(await outboxState(db)).toEqual({ oldestUnsentSeconds: 0, unsentRows: 0, parkedRows: 0 });
  });

  it("tells of what waits and what is parked", async () => {
    await givenRows(2, "parked_at");
    await givenRows(3, undefined);

    const state = await outboxState(db);

    expect(state).toMatchObject({ unsentRows: 3, parkedRows: 2 });
    expect(state.oldestUnsentSeconds).toBeGreaterThan(59);
  });

  it("is known at once, and up to 10,000, with 200,000 waiting", async () => {
    await givenRows(200_000, undefined);
    await db.query("analyze", "analyze outbox");

    const startedMs = performance.now();
    const state = await outboxState(db);

    expect(state.unsentRows).toBe(10_000);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

/** Rows written a minute ago. */
async function givenRows(count: number, done: "sent_at" | "parked_at" | undefined): Promise<void> {
  await db.query(
    "given_rows",
    `insert into outbox (event_id, topic, key, value, headers, created_at ${done ? `, ${done}` : ""})
     select gen_random_uuid(), 'orders.events', 'k', '', '{}', now() - interval '1 minute' ${done ? ", now()" : ""}
       from generate_series(1, $1)`,
    [count],
  );
}
