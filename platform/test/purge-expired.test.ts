import { afterAll, beforeAll, expect, it } from "vitest";
import { purgeOnce } from "@animal-delivery/platform/db/purge-expired";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
});

afterAll(() => db[Symbol.asyncDispose]());

it("the purge deletes what has expired, and nothing that still waits or is promised", async () => {
  await db.query(
    "outbox",
    `insert into outbox (event_id, topic, key, value, headers, created_at, sent_at, parked_at)
     select gen_random_uuid(), 'orders.events', state, '', '{}', now() - interval '100 days', sent_at, parked_at
       from (values ('sent long ago', now() - interval '25 hours', null::timestamptz),
                    ('sent today', now() - interval '23 hours', null),
                    ('unsent', null, null),
                    ('parked', null, now() - interval '91 days')) as rows (state, sent_at, parked_at)`,
  );
  await db.query(
    "inbox",
    `insert into inbox (consumer, event_id, seen_at)
     values ('old', gen_random_uuid(), now() - interval '8 days'), ('new', gen_random_uuid(), now() - interval '6 days')`,
  );
  await db.query(
    "heads",
    `insert into inbox_heads (consumer, aggregate_id, version, parked, updated_at)
     values ('c', 'quiet', 1, false, now() - interval '91 days'), ('c', 'parked', 1, true, now() - interval '91 days')`,
  );
  await db.query(
    "keys",
    `insert into idempotency (actor, method, key, fingerprint, response, expires_at)
     values ('a', 'm', 'over', '', '', now() - interval '1 second'), ('a', 'm', 'good', '', '', now() + interval '1 minute')`,
  );
  await db.query(
    "participations",
    `insert into saga_participations (saga_id, step, done_at, updated_at)
     values ('old', 'profile', now(), now() - interval '91 days'), ('new', 'profile', now(), now() - interval '89 days')`,
  );

  const deleted = await purgeOnce(db, new AbortController().signal);

  expect(deleted).toEqual({ outbox: 1, inbox: 1, inbox_heads: 1, idempotency: 1, saga_participations: 1 });
  expect(await column("select key as it from outbox order by key")).toEqual(["parked", "sent today", "unsent"]);
  expect(await column("select consumer as it from inbox")).toEqual(["new"]);
  expect(await column("select aggregate_id as it from inbox_heads")).toEqual(["parked"]);
  expect(await column("select key as it from idempotency")).toEqual(["good"]);
  expect(await column("select saga_id as it from saga_participations")).toEqual(["new"]);
});

async function column(sql: string): Promise<unknown[]> {
  const { rows } = await db.query<{ it: unknown }>("column", sql);
  return rows.map(({ it }) => it);
}
