import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { isCheckViolation, isUniqueViolation } from "@animal-delivery/platform/db/violations";
import { runInContext } from "@animal-delivery/platform/request-context";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase({ migrations: [], poolSize: 4, statementTimeoutMs: 3_000, lockTimeoutMs: 1_000 });
  await db.query("create", "create table crates (crate_id text primary key, animals int not null check (animals > 0))");
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "delete from crates");
});

describe("a transaction", () => {
  it("shows nothing to others before its commit, and runs its effects after it", async () => {
    const seen: unknown[] = [];

    await db.transaction(async (tx) => {
      tx.afterCommit(() => seen.push("effect"));
      await insertCrate(tx, "a", 1);
      seen.push(await countCrates());
    });

    expect(seen).toEqual([0, "effect"]);
    expect(await countCrates()).toBe(1);
  });

  it("leaves nothing, and no effect, when its work throws", async () => {
    const effects: string[] = [];

    const outcome = db.transaction(async (tx) => {
      tx.afterCommit(() => effects.push("effect"));
      await insertCrate(tx, "a", 1);
      throw new Error("no room");
    });

    await expect(outcome).rejects.toThrow("no room");
    expect(effects).toEqual([]);
    expect(await countCrates()).toBe(0);
  });

  it("is an error when Postgres answers COMMIT with ROLLBACK", async () => {
    const effects: string[] = [];

    const outcome = db.transaction(async (tx) => {
      tx.afterCommit(() => effects.push("effect"));
      await insertCrate(tx, "a", 1);
      await insertCrate(tx, "a", 1).catch(() => undefined);
    });

    await expect(outcome).rejects.toThrow("the transaction ended with ROLLBACK");
    expect(effects).toEqual([]);
    expect(await countCrates()).toBe(0);
  });

  it("runs statements sent at once one after the other", async () => {
    await db.transaction(async (tx) => {
      await Promise.all(["a", "b", "c"].map((crateId) => insertCrate(tx, crateId, 1)));
    });

    expect(await countCrates()).toBe(3);
  });

  it("refuses a statement after its end", async () => {
    const tx = await db.transaction((open) => Promise.resolve(open));

    await expect(insertCrate(tx, "late", 1)).rejects.toThrow("came after the end of its transaction");
  });

  it("hands constraint violations on as they are", async () => {
    await insertCrate(db, "a", 1);

    const twice = await insertCrate(db, "a", 1).catch((error: unknown) => error);
    const empty = await insertCrate(db, "b", 0).catch((error: unknown) => error);

    expect(isUniqueViolation(twice, "crates_pkey")).toBe(true);
    expect(isUniqueViolation(twice, "another")).toBe(false);
    expect(isCheckViolation(empty)).toBe(true);
    expect(isCheckViolation(twice)).toBe(false);
  });

  it("gives up a lock after the lock timeout, as unavailable", async () => {
    await insertCrate(db, "a", 1);

    await db.transaction(async (tx) => {
      await tx.query("lock", "select from crates where crate_id = 'a' for update");
      const other = db.query("change", "update crates set animals = 2");
      await expect(other).rejects.toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
    });
  });
});

describe("an abort", () => {
  it("cancels the running statement in Postgres and leaves the connection usable", async () => {
    const caller = new AbortController();
    const sleep = withSignal(caller.signal, () => db.query("sleep", "select pg_sleep(60) as abort_me"));
    await expect.poll(() => running("abort_me")).toBe(1);

    caller.abort();

    await expect(sleep).rejects.toMatchObject({ kind: "deadlineExceeded", reason: "DEADLINE_EXCEEDED" });
    await expect.poll(() => running("abort_me")).toBe(0);
    expect(await countCrates()).toBe(0);
  });

  it("rolls the transaction back whose statement runs", async () => {
    const caller = new AbortController();
    const work = withSignal(caller.signal, () =>
      db.transaction(async (tx) => {
        await insertCrate(tx, "a", 1);
        await tx.query("sleep", "select pg_sleep(60) as abort_transaction");
      }),
    );
    await expect.poll(() => running("abort_transaction")).toBe(1);

    caller.abort();

    await expect(work).rejects.toMatchObject({ kind: "deadlineExceeded" });
    expect(await countCrates()).toBe(0);
  });

  it("between two statements ends the transaction before its commit", async () => {
    const caller = new AbortController();

    const work = withSignal(caller.signal, () =>
      db.transaction(async (tx) => {
        await insertCrate(tx, "a", 1);
        caller.abort();
      }),
    );

    await expect(work).rejects.toMatchObject({ kind: "deadlineExceeded" });
    expect(await countCrates()).toBe(0);
  });

  it("never hits a statement of whoever gets the connection next", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const caller = new AbortController();
        const aborted = withSignal(caller.signal, () => db.query("nap", "select pg_sleep(0.002)"));
        setTimeout(() => caller.abort(), index % 7);
        await aborted.catch(() => undefined);
        return db.query("innocent", "select pg_sleep(0.002)").then(() => "well");
      }),
    );

    expect(new Set(outcomes)).toEqual(new Set(["well"]));
  });
});

describe("a statement", () => {
  it("ends at the statement timeout, as deadlineExceeded", async () => {
    const startedMs = performance.now();

    await expect(db.query("sleep", "select pg_sleep(60)")).rejects.toMatchObject({ kind: "deadlineExceeded" });

    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("may share its name with another text", async () => {
    const ones = await db.transaction(async (tx) => [
      await tx.query("same_name", "select 1 as one"),
      await tx.query("same_name", "select 2 as two"),
    ]);

    expect(ones.map(({ rows }) => rows[0])).toEqual([{ one: 1 }, { two: 2 }]);
  });

  it("is measured by its name", async () => {
    const telemetry = testTelemetry();
    await using own = openDatabase(
      { url: db.url, poolSize: 1, statementTimeoutMs: 1_000, lockTimeoutMs: 500 },
      telemetry,
    );

    await own.query("count_doves", "select 1");

    expect(await telemetry.meters.registry.metrics()).toMatch(
      /db_client_operation_duration_seconds_count\{.*operation="count_doves".*\} 1/,
    );
  });
});

describe("the pool", () => {
  it("recovers when its connections are killed, idle or at work", async () => {
    const atWork = db.query("sleep", "select pg_sleep(60) as kill_me").catch((error: unknown) => error);
    await expect.poll(() => running("kill_me")).toBe(1);

    await killConnections();

    expect(await atWork).toMatchObject({ kind: "unavailable" });
    await expect.poll(countCrates).toBe(0);
  });

  it("survives the death of the connection of an open transaction", async () => {
    const work = db.transaction(async (tx) => {
      await insertCrate(tx, "a", 1);
      await killConnections();
      await insertCrate(tx, "b", 1);
    });

    await expect(work).rejects.toMatchObject({ kind: "unavailable" });
    await expect.poll(countCrates).toBe(0);
  });

  it("refuses in time when all connections are lent", async () => {
    const telemetry = testTelemetry();
    const limits = { poolSize: 1, statementTimeoutMs: 5_000, lockTimeoutMs: 500, acquireTimeoutMs: 200 };
    await using own = openDatabase({ url: db.url, ...limits }, telemetry);

    await own.transaction(async () => {
      await expect(own.query("late", "select 1")).rejects.toMatchObject({ kind: "unavailable" });
    });

    expect((await own.query("again", "select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("refuses as unavailable when nothing listens", async () => {
    const limits = { poolSize: 1, statementTimeoutMs: 500, lockTimeoutMs: 500 };
    await using away = openDatabase({ url: "postgresql://nobody@127.0.0.1:1/none", ...limits }, testTelemetry());

    await expect(away.query("any", "select 1")).rejects.toMatchObject({ kind: "unavailable" });
    await expect(away.transaction(() => Promise.resolve())).rejects.toMatchObject({ kind: "unavailable" });
    await expect(away.withSession(() => Promise.resolve())).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("a session", () => {
  it("holds its advisory lock until the work ends", async () => {
    await db.withSession(async (session) => {
      await session.query("lock", "select pg_advisory_lock(4711)");
      expect(await tryLock()).toBe(false);
    });

    await expect.poll(tryLock).toBe(true);
  });

  it("tells its work when the connection is lost", async () => {
    await db.withSession(async (session, signal) => {
      const { rows } = await session.query<{ pid: number }>("pid", "select pg_backend_pid() as pid");
      await db.query("kill", "select pg_terminate_backend($1)", [rows[0]!.pid]);

      await expect.poll(() => signal.aborted).toBe(true);
      await expect(session.query("dead", "select 1")).rejects.toMatchObject({ kind: "unavailable" });
    });
  });

  it("is held for a minute at the most by a client that vanished", async () => {
    const seconds = await db.withSession(async (session) => {
      const settings = ["idle", "interval", "count"].map((name) => `current_setting('tcp_keepalives_${name}')::int`);
      const { rows } = await session.query<{ s: number }>(
        "limit",
        `select ${settings[0]} + ${settings[1]} * ${settings[2]} as s`,
      );
      return rows[0]?.s;
    });

    expect(seconds).toBeLessThanOrEqual(60);
  });

  it("tells its work when the server has fallen silent", async () => {
    const { hostname, port, pathname, username, password } = new URL(db.url);
    const sockets: Socket[] = [];
    const proxy = createServer((client) => {
      const server = connect(Number(port), hostname);
      sockets.push(client, server);
      client.on("error", () => server.destroy()).pipe(server);
      server.on("error", () => client.destroy()).pipe(client);
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port: proxyPort } = proxy.address() as AddressInfo;
    const url = `postgresql://${username}:${password}@127.0.0.1:${proxyPort}${pathname}`;
    await using far = openDatabase({ url, poolSize: 1, statementTimeoutMs: 100, lockTimeoutMs: 100 }, testTelemetry());

    await far.withSession(async (session, signal) => {
      await session.query("heard", "select 1");
      for (const socket of sockets) socket.unpipe().pause();

      await expect(session.query("silent", "select 1")).rejects.toMatchObject({ kind: "unavailable" });
      expect(signal.aborted).toBe(true);
    });
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
});

function insertCrate(on: Pick<TestDatabase, "query">, crateId: string, animals: number) {
  return on.query("insert_crate", "insert into crates (crate_id, animals) values ($1, $2)", [crateId, animals]);
}

async function countCrates(): Promise<number | undefined> {
  const result = await db
    .query<{ n: number }>("count_crates", "select count(*)::int as n from crates")
    .catch(() => undefined);
  return result?.rows[0]!.n;
}

/** How many statements with this word in them Postgres works on, besides the one that asks. */
async function running(word: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "running",
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and query like '%' || $1 || '%'`,
    [word],
  );
  return rows[0]!.n;
}

async function killConnections(): Promise<void> {
  await db.withSession((session) =>
    session.query(
      "kill_all",
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    ),
  );
}

async function tryLock(): Promise<boolean> {
  return db.withSession(async (session) => {
    const { rows } = await session.query<{ got: boolean }>("try_lock", "select pg_try_advisory_lock(4711) as got");
    return rows[0]!.got;
  });
}

function withSignal<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return runInContext({ requestId: "r", correlationId: "c", trace: ROOT_CONTEXT, signal }, work);
}
