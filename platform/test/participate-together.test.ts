// Participants at their worst: several members at once, members that lost their partition, members that die in the middle.
import { aborted } from "@animal-delivery/platform/aborted";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { currentContext } from "@animal-delivery/platform/request-context";
import { testBus, type TestBus } from "@animal-delivery/platform/testing/bus";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEffects, ParticipantFixture } from "./participant-fixture.ts";

let db: TestDatabase;
let bus: TestBus;
/** The same stream on another bus: what a member sees that does not know that it lost its partition. */
let otherBus: TestBus;
let at: ParticipantFixture;

beforeAll(async () => {
  [db, bus, otherBus] = await Promise.all([testDatabase({ migrations: [] }), testBus(), testBus()]);
  await createEffects(db);
});
afterAll(() => Promise.all([bus, otherBus, db].map((each) => each[Symbol.asyncDispose]())));

beforeEach(() => {
  at = new ParticipantFixture(db, bus);
});
afterEach(() => at[Symbol.asyncDispose]());

describe("two members", () => {
  it("do a step once that both are asked for at the same moment, by one record", async () => {
    const once = at.command("do", 1);
    const meeting = meet();
    at.interfere = () => meeting.arrive();
    await at.send(once);
    await otherBus.publish("saga.commands", [once]);

    at.start();
    at.start({ bus: otherBus, telemetry: testTelemetry() });
    await expect.poll(() => at.begun.length).toBe(1);
    await expect.poll(() => waitingForLocks()).toBeGreaterThan(0);
    meeting.open();

    await expect.poll(() => lagOfBoth()).toBe(0n);
    expect(await at.effects()).toEqual(["do ada"]);
    expect(await at.replies()).toEqual(["1 do done"]);
  });

  it("do a step once that each is asked for by a record of its own", async () => {
    const meeting = meet();
    at.interfere = () => meeting.arrive();
    at.start();
    await at.send(at.command("do", 1));
    await expect.poll(() => at.begun.length).toBe(1);

    at.start({ bus: otherBus, telemetry: testTelemetry() });
    await otherBus.publish("saga.commands", [at.command("do", 2)]);
    await expect.poll(() => waitingForLocks()).toBeGreaterThan(0);
    meeting.open();

    await expect.poll(() => at.replies()).toEqual(["1 do done", "2 do done"]);
    expect(at.begun).toEqual(["do ada"]);
    expect(await at.effects()).toEqual(["do ada"]);
  });

  it("let no do through that a zombie brings while the undo runs", async () => {
    const meeting = meet();
    const late = at.command("do", 1);
    at.interfere = () => meeting.arrive();
    at.start();
    await at.send(at.command("undo", 2));
    await expect.poll(() => at.begun.length).toBe(1);

    at.start({ bus: otherBus, telemetry: testTelemetry() });
    await otherBus.publish("saga.commands", [late]);
    await expect.poll(() => waitingForLocks()).toBeGreaterThan(0);
    meeting.open();

    await expect.poll(() => lagOfBoth()).toBe(0n);
    expect(await at.effects()).toEqual(["undo ada"]);
    expect(await at.replies()).toEqual(["2 undo done"]);
  });

  it("have every effect once when both follow a long stream of commands", async () => {
    const records = Array.from({ length: 30 }, (_, index) => at.command(index < 20 ? "do" : "undo", index + 1));
    await at.send(...records);
    await otherBus.publish("saga.commands", records);

    at.start();
    at.start({ bus: otherBus, telemetry: testTelemetry() });

    await expect.poll(() => lagOfBoth()).toBe(0n);
    expect(await at.effects()).toEqual(["do ada", "undo ada"]);
    expect((await at.replies()).at(-1)).toBe("30 undo done");
  });
});

describe("a member that ends in the middle of an effect", () => {
  it("leaves nothing behind, not even that it saw the command", async () => {
    at.interfere = () => aborted(currentContext()?.signal ?? AbortSignal.abort());
    const first = at.start();
    await at.send(at.command("do", 1));
    await expect.poll(() => at.begun.length).toBe(1);

    await first.end();
    expect(await at.effects()).toEqual([]);
    expect(await at.replies()).toEqual([]);
    at.interfere = async () => undefined;
    at.start();

    await expect.poll(() => at.replies()).toEqual(["1 do done"]);
    expect(at.begun).toEqual(["do ada", "do ada"]);
    expect(await at.effects()).toEqual(["do ada"]);
  });

  it("is one whose database connection dies: the command waits, and is done once", async () => {
    let killed = false;
    at.interfere = async (_, tx) => {
      if (killed) return;
      killed = true;
      await tx.query("die", "select pg_terminate_backend(pg_backend_pid())");
    };
    at.start();

    await at.send(at.command("do", 1));

    await expect.poll(async () => (await at.replies()).length).toBeGreaterThan(0);
    await at.send(at.command("do", 2));
    await expect.poll(async () => (await at.replies()).at(-1)).toBe("2 do done");
    expect(await at.effects()).toEqual(["do ada"]);
    expect(await at.parked()).toBe(0);
  });
});

describe("a participant whose own database is away", () => {
  it("lets the commands wait, and follows them in order when it is back", async () => {
    const gone = new URL(db.url);
    gone.pathname = "/there_is_no_such_database";
    const limits = { poolSize: 2, statementTimeoutMs: 1_000, lockTimeoutMs: 1_000 };
    await using away = openDatabase({ url: gone.href, ...limits }, testTelemetry());
    const cut = at.start({ db: away });

    await at.send(at.command("do", 1), at.command("undo", 2));
    await expect.poll(() => failures()).toBeGreaterThan(1);
    expect(await at.lag()).toBe(2n);
    await cut.end();
    at.start();

    await expect.poll(() => at.replies()).toEqual(["1 do done", "2 undo done"]);
  });
});

async function failures(): Promise<number> {
  const { values } = await at.telemetry.meters.registry.getSingleMetric("events_failed_total")!.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

/** How many statements in this file's database wait for somebody else's lock. */
async function waitingForLocks(): Promise<number> {
  const { rowCount } = await db.query(
    "waiting",
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rowCount;
}

async function lagOfBoth(): Promise<bigint> {
  return (await at.lag()) + (await at.lag(otherBus));
}

/** Holds effects until it is opened. */
function meet(): { arrive: () => Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { arrive: () => promise, open: resolve };
}
