import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OUTBOX_STATE, outboxState } from "@animal-delivery/platform/outbox/outbox-state";
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

  it("takes no step over more than 10,000 rows, however many wait", async () => {
    await givenRows(50_000, "sent_at");
    await givenRows(100_000, undefined);
    await db.query("analyze", "analyze outbox");

    const { rows } = await db.query<{ "QUERY PLAN": unknown }>(
      "plan",
      `explain (analyze, format json) ${OUTBOX_STATE}`,
    );

    const steps = [...JSON.stringify(rows).matchAll(/"(?:Actual Rows|Rows Removed by Filter)":([\d.]+)/g)];
    expect(steps.length).toBeGreaterThan(5);
    expect(Math.max(...steps.map(([, count]) => Number(count)))).toBe(10_000);
    expect((await outboxState(db)).unsentRows).toBe(10_000);
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
