// An event that the bus can never take: what becomes of its aggregate's later events, and of everybody else's.
import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EventEnvelopeSchema } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import type { Queryable } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { listUnsent } from "@animal-delivery/platform/outbox/outbox-rows";
import { deleteParkedRow, lockParkedRow, releaseRows } from "@animal-delivery/platform/outbox/parked-rows";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { allOf, busOf, placed, RelayFixture, WAIT } from "./relay-fixture.ts";

let db: TestDatabase;
let at: RelayFixture;
/** The keys of events that the bus does not take. */
let tooLarge: Set<string>;
/** How many events were written; the last one's number. */
let written: number;

beforeAll(async () => {
  db = await testDatabase({ migrations: [] });
});
afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  at = await RelayFixture.on(db);
  tooLarge = new Set(["huge"]);
  written = 0;
});
afterEach(() => at[Symbol.asyncDispose]());

describe("an event that the bus can never take", () => {
  it("holds back the later ones of its aggregate, in its batch and after it, and nobody else's", async () => {
    startRelay();
    await write("huge", "huge", "other");
    await expect.poll(published, WAIT).toEqual([3]);

    await write("huge", "other");

    await expect.poll(published, WAIT).toEqual([3, 5]);
    await expect.poll(parked, WAIT).toEqual([
      { event: 1, cause: "REQUEST_TOO_LARGE" },
      { event: 2, cause: null },
      { event: 4, cause: null },
    ]);
    await expect.poll(() => at.unsent(), WAIT).toBe(0);
  });

  it("holds back none of the same key on another topic", async () => {
    startRelay();
    await write("huge");
    await expect.poll(parked, WAIT).toHaveLength(1);
    tooLarge.clear();

    await db.transaction((tx) => placed(tx, "huge", 2n, "delivery.events"));

    await expect.poll(() => at.published.length, WAIT).toBe(1);
  });

  it("goes first when it is retried, and those behind it follow in order", async () => {
    startRelay();
    await write("huge", "huge", "huge");
    await expect.poll(parked, WAIT).toHaveLength(3);
    tooLarge.clear();

    expect(await release(1)).toBe(3);

    await expect.poll(published, WAIT).toEqual([1, 2, 3]);
    expect(await parked()).toEqual([]);
  });

  it("is parked again when it is refused again, before those behind it", async () => {
    startRelay();
    await write("huge", "huge");
    await expect.poll(parked, WAIT).toHaveLength(2);

    await release(1);

    await expect.poll(() => at.metric("outbox_parked_total"), WAIT).toBe(2);
    await expect.poll(parked, WAIT).toEqual([
      { event: 1, cause: "REQUEST_TOO_LARGE" },
      { event: 2, cause: null },
    ]);
    expect(published()).toEqual([]);
  });

  it("that is taken out lets those behind it go, up to the next one like it", async () => {
    startRelay();
    await write("huge", "huge", "huge", "huge");
    await expect.poll(parked, WAIT).toHaveLength(4);
    await db.query(
      "refuse",
      "update outbox set cause = 'REQUEST_TOO_LARGE' where id = (select max(id) - 1 from outbox)",
    );
    tooLarge.clear();

    expect(await skip(1)).toBe(1);

    await expect.poll(published, WAIT).toEqual([2]);
    expect(await parked()).toEqual([
      { event: 3, cause: "REQUEST_TOO_LARGE" },
      { event: 4, cause: null },
    ]);
  });

  it("is decided about many times over while events come in, and none is lost, doubled or overtaken", async () => {
    startRelay();
    let isWriting = true;
    const writing = (async () => {
      for (let n = 0; n < 80; n += 1) await write("huge");
      isWriting = false;
    })();
    const deciding = (async () => {
      while (isWriting) await release(1);
    })();
    await Promise.all([writing, deciding]);
    await expect.poll(parked, WAIT).toHaveLength(80);
    tooLarge.clear();

    await release(1);

    await expect.poll(() => published().length, WAIT).toBe(80);
    expect(published()).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
    expect(await parked()).toEqual([]);
  });
});

describe("the relay's look at the outbox", () => {
  it("looks no event up among the parked ones while there are none", async () => {
    await write(...Array.from({ length: 100 }, (_, index) => `key ${index}`));
    expect(lookUpsIn(await planOfALook())).toBe(0);

    await db.query("park", "update outbox set parked_at = now(), cause = 'refused' where key = 'key 0'");

    expect(lookUpsIn(await planOfALook())).toBe(99);
  });

  it.each(["drop statistics", "analyze outbox"])("reads no table from end to end (%s)", async (first) => {
    await db.query(
      "sent",
      `insert into outbox (event_id, topic, key, value, headers, sent_at)
       select gen_random_uuid(), 'orders.events', n::text, '', '{}', now() from generate_series(1, 20000) as n`,
    );
    await write("waits");
    if (first === "analyze outbox") await db.query("analyze", first);
    else await db.query("forget", "delete from pg_statistic where starelid = 'outbox'::regclass");

    const plan = await planOfALook();

    expect(plan).toContain('"Actual Rows":1');
    expect(plan).not.toContain("Seq Scan");
  });
});

function startRelay() {
  return at.startRelay({
    bus: busOf((records) => {
      if (records.some(({ key }) => tooLarge.has(key))) {
        return Promise.reject(new DomainError("tooLarge", "REQUEST_TOO_LARGE", "too large"));
      }
      at.published.push(...records);
      return Promise.resolve(allOf(records));
    }),
  });
}

/** Writes an event for each key, numbered on. */
async function write(...keys: string[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const key of keys) {
      written += 1;
      await placed(tx, key, BigInt(written));
    }
  });
}

/** The numbers of the events that the bus took, in order. */
function published(): number[] {
  return at.published.map(({ value }) => numberOf(value));
}

async function parked(): Promise<{ event: number; cause: string | null }[]> {
  const { rows } = await db.query<{ value: Buffer; cause: string | null }>(
    "parked",
    "select value, cause from outbox where parked_at is not null order by id",
  );
  return rows.map(({ value, cause }) => ({ event: numberOf(value), cause }));
}

function numberOf(value: Uint8Array): number {
  return Number(fromBinary(EventEnvelopeSchema, value).aggregateVersion);
}

/** Gives the relay an event back. @returns how many it has back; 0 when the event is not parked. */
async function release(event: number): Promise<number> {
  return db.transaction(async (tx) => {
    const row = await lockParkedRow(tx, await idOf(event));
    return row ? releaseRows(tx, row) : 0;
  });
}

/** Takes an event out. @returns how many the relay has back. */
async function skip(event: number): Promise<number> {
  return db.transaction(async (tx) => {
    const row = await lockParkedRow(tx, await idOf(event));
    await deleteParkedRow(tx, row!);
    return releaseRows(tx, row!);
  });
}

async function idOf(event: number): Promise<string> {
  const { rows } = await db.query<{ event_id: string; value: Buffer }>("ids", "select event_id, value from outbox");
  return rows.find(({ value }) => numberOf(value) === event)!.event_id;
}

/** How PostgreSQL went about a look at the outbox, as JSON. */
async function planOfALook(): Promise<string> {
  let plan = "";
  const session: Queryable = {
    query: async (name, text, values) => {
      const explained = await db.query(name, `explain (analyze, format json) ${text}`, values);
      plan = JSON.stringify(explained.rows);
      return { rows: [], rowCount: 0 };
    },
  };
  await listUnsent(session, 500, { topics: [], lanes: [] });
  return plan;
}

/** How often it went through the parked events of a key. */
function lookUpsIn(plan: string): number {
  const [, loops] = /"Alias":"parked"(?:(?!\}).)*"Actual Loops":(\d+)/.exec(plan) ?? [];
  return Number(loops);
}
