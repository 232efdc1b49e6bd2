import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { countCrates, cratesDatabase, insertCrate, killConnections, running, tryLock } from "./crates-database.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await cratesDatabase();
});

afterAll(() => db[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.query("empty", "delete from crates");
});

describe("the pool", () => {
  it("recovers when its connections are killed, idle or at work", async () => {
    const atWork = db.query("sleep", "select pg_sleep(60) as kill_me").catch((error: unknown) => error);
    await expect.poll(() => running(db, "kill_me")).toBe(1);

    await killConnections(db);

    expect(await atWork).toMatchObject({ kind: "unavailable" });
    await expect.poll(() => countCrates(db)).toBe(0);
  });

  it("survives the death of the connection of an open transaction", async () => {
    const work = db.transaction(async (tx) => {
      await insertCrate(tx, "a", 1);
      await killConnections(db);
      await insertCrate(tx, "b", 1);
    });

    await expect(work).rejects.toMatchObject({ kind: "unavailable" });
    await expect.poll(() => countCrates(db)).toBe(0);
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
      expect(await tryLock(db)).toBe(false);
    });

    await expect.poll(() => tryLock(db)).toBe(true);
  });

  it("tells its work when the connection is lost", async () => {
    await db.withSession(async (session, signal) => {
      const { rows } = await session.query<{ pid: number }>("pid", "select pg_backend_pid() as pid");
      await db.query("kill", "select pg_terminate_backend($1)", [rows[0]!.pid]);

      await expect.poll(() => signal.aborted).toBe(true);
      await expect(session.query("dead", "select 1")).rejects.toMatchObject({ kind: "unavailable" });
    });
  });

  it("hears what others send on a channel, and on no other", async () => {
    const heard: string[] = [];

    await db.withSession(async (session) => {
      await session.listen("Otters", (payload) => heard.push(payload));
      for (const channel of ["otters", "Otters"]) await db.query("notify", "select pg_notify($1, $1)", [channel]);

      await expect.poll(() => heard).toEqual(["Otters"]);
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
