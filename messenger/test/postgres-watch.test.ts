// How processes on one PostgreSQL tell each other of changes; what every store tells is in the contract.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { MIGRATIONS } from "../src/migrations.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { createAnnouncer, hearChanges } from "../src/store/postgres/announce.ts";
import { givenChat, say } from "../src/testing/chat-store/people.ts";
import { openStore } from "./open-store.ts";

const opened = new AsyncDisposableStack();
let db: TestDatabase;
let store: ChatStore;
let beside: ChatStore;

beforeAll(async () => {
  db = opened.use(await testDatabase({ migrations: [MIGRATIONS] }));
  store = opened.use(await openStore({ url: db.url }));
  beside = opened.use(await openStore({ url: db.url }));
});

afterAll(() => opened.disposeAsync());

describe("announcing", () => {
  it("tells others of more chats than one notification holds, and not the sender itself", async () => {
    const chatIds = Array.from({ length: 500 }, () => randomUUID());
    const [heard, ownHeard] = [new Set<string>(), new Set<string>()];

    await db.withSession(async (session) => {
      await hearChanges(session, "another", (chatId) => heard.add(chatId));
      await hearChanges(session, "sender", (chatId) => ownHeard.add(chatId));
      await using announcer = createAnnouncer(db, "sender", testTelemetry().log);
      for (const chatId of chatIds) announcer.announce(chatId);
      await expect.poll(() => heard.size).toBe(500);
    });

    expect([...heard].toSorted()).toEqual(chatIds.toSorted());
    expect(ownHeard.size).toBe(0);
  });

  it("goes on when the database was away once", async () => {
    const telemetry = testTelemetry();
    let isAway = true;
    const fragile = {
      ...db,
      query: async (...args: Parameters<typeof db.query>) => {
        if (isAway) throw new Error("away");
        return db.query(...args);
      },
    } as typeof db;
    const [first, second] = [randomUUID(), randomUUID()];
    const heard = new Set<string>();

    await db.withSession(async (session) => {
      await hearChanges(session, "another", (chatId) => heard.add(chatId));
      await using announcer = createAnnouncer(fragile, "sender", telemetry.log);
      announcer.announce(first);
      await expect.poll(() => telemetry.lines.map(({ message }) => message)).toEqual(["changes were not announced"]);
      isAway = false;
      announcer.announce(second);
      await expect.poll(() => heard.size).toBe(1);
    });

    expect([...heard]).toEqual([second]);
  });
});

describe("watching", () => {
  it("finds what a process wrote that ended before it announced it", async () => {
    const { chatId } = await givenChat(store);
    await using watched = await settled(store, chatId);

    await db.query("write", "update chats set last_sequence = last_sequence + 1 where chat_id = $1", [chatId]);

    await expect.poll(() => watched.calls).toBe(1);
  });

  it("finds that a chat has expired, or is no more", async () => {
    const [expired, deleted] = [await givenChat(store), await givenChat(store)];
    await using one = await settled(store, expired.chatId);
    await using two = await settled(store, deleted.chatId);

    await db.query("expire", "update chats set expires_at = now() where chat_id = $1", [expired.chatId]);
    await db.query("end", "update chats set chat_id = null where chat_id = $1", [deleted.chatId]);

    await expect.poll(() => [one.calls, two.calls]).toEqual([1, 1]);
  });

  it("goes on when the connection that listens is killed, and tells everybody once", async () => {
    const { chatId, creator } = await givenChat(store);
    await using idle = await settled(store, (await givenChat(store)).chatId);
    await using watched = await settled(store, chatId);

    const killed = await killListeners();

    expect(killed).toBeGreaterThan(0);
    await expect.poll(() => idle.calls).toBeGreaterThan(0);
    const { calls } = watched;
    await say(beside, chatId, creator);
    await expect.poll(() => watched.calls).toBeGreaterThan(calls);
  });
});

/** Watches a chat, and counts from when it was told for the first time, which every new watcher is. */
async function settled(from: ChatStore, chatId: string) {
  const watched = { calls: 0 };
  const watching = await from.watch(chatId, () => {
    watched.calls += 1;
  });
  await expect.poll(() => watched.calls).toBeGreaterThan(0);
  watched.calls = 0;
  return Object.assign(watched, { [Symbol.asyncDispose]: async () => watching[Symbol.asyncDispose]() });
}

/** Ends the connections whose last statement is one of those that listen; how many there were. */
async function killListeners(): Promise<number> {
  const { rowCount } = await db.query(
    "kill_listeners",
    `select pg_terminate_backend(pid)
       from pg_stat_activity
      where datname = current_database() and (query like 'listen %' or query like '%as mark%') and pid <> pg_backend_pid()`,
  );
  return rowCount;
}
