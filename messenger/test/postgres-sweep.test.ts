// What is left in PostgreSQL of sessions and chats that are over, before the sweep and after it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import { MIGRATIONS } from "../src/migrations.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { CALLS } from "../src/testing/chat-store/calls.ts";
import { outcomeOf } from "../src/testing/chat-store/outcome.ts";
import {
  anonymous,
  givenAsker,
  givenChat,
  givenMember,
  givenPrivateChat,
  say,
} from "../src/testing/chat-store/people.ts";
import { openStore } from "./open-store.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Everything that a chat has rows in, but for the memory that it expired. */
const TABLES = ["chats", "members", "join_requests", "numbers", "messages", "answers"];

const opened = new AsyncDisposableStack();
let db: TestDatabase;
let store: ChatStore;
let beside: ChatStore;
let shiftMs = 0;
const clockShiftMs = () => shiftMs;

beforeAll(async () => {
  db = opened.use(await testDatabase({ migrations: [MIGRATIONS] }));
  store = opened.use(await openStore({ url: db.url, clockShiftMs }));
  beside = opened.use(await openStore({ url: db.url, clockShiftMs }));
});

afterAll(() => opened.disposeAsync());

beforeEach(async () => {
  shiftMs = 0;
  await db.query("empty", "truncate sessions, chats, expired_chats cascade");
  await db.query("free", "update places set taken = 0");
});

describe("sweep", () => {
  it("leaves of an expired chat that it has expired, for a day", async () => {
    const chat = await givenWholeChat({ ttlMs: HOUR_MS });
    shiftMs += HOUR_MS;

    await store.sweep();

    expect(await rowsOf(TABLES)).toEqual(none(TABLES));
    const { rows } = await db.query("remembered", "select * from expired_chats");
    expect(rows).toEqual([{ chat_id: chat.chatId, expired_at: expect.any(Date) }]);
    shiftMs += DAY_MS;
    await store.sweep();
    expect(await rowsOf(["expired_chats"])).toEqual({ expired_chats: 0 });
  });

  it("leaves nothing of a deleted chat, and nothing is found of it before", async () => {
    const chat = await givenWholeChat({});
    await store.deleteChat(chat.chatId, chat.creator.key);
    for (const call of Object.values(CALLS)) {
      expect(await outcomeOf(call(store, chat.chatId, chat.creator))).toBe("CHAT_NOT_FOUND");
    }

    await store.sweep();

    expect(await rowsOf([...TABLES, "expired_chats"])).toEqual(none([...TABLES, "expired_chats"]));
  });

  it("takes nothing of the chat that has the id of one that is over", async () => {
    const { chatId, creator } = await givenWholeChat({ ttlMs: HOUR_MS });
    shiftMs += HOUR_MS;
    await givenChat(store, { chatId }, creator);
    await say(store, chatId, creator, "mine", "key");

    await store.sweep();

    expect(await rowsOf(["chats", "messages", "answers", "members"])).toEqual({
      chats: 1,
      messages: 1,
      answers: 1,
      members: 1,
    });
  });

  it("deletes a large chat in short statements, from two processes at once", async () => {
    const { chatId, creator } = await givenChat(store, { historySize: 40_000 });
    await fill(chatId, 50_000, 40_000);
    await db.query("speakers", NUMBERS, [chatId, 12_000]);
    await using hurried = await openStore({ url: db.url, clockShiftMs, statementTimeoutMs: 2_000 });

    await hurried.deleteChat(chatId, creator.key);
    expect(await rowsOf(["messages"])).toEqual({ messages: 40_000 });
    await Promise.all([hurried.sweep(), beside.sweep()]);
    await hurried.sweep();

    expect(await rowsOf(TABLES)).toEqual(none(TABLES));
  });

  it("goes on with a large chat where another process ended", async () => {
    const { chatId, creator } = await givenChat(store, { historySize: 20_000 });
    await fill(chatId, 15_000, 15_000);
    await store.deleteChat(chatId, creator.key);
    await db.query("some_gone", "delete from messages where sequence > 10000");
    await db.query("noted", "update chats set last_sequence = 10000, history_size = 15000");

    await store.sweep();

    expect(await rowsOf(TABLES)).toEqual(none(TABLES));
  });

  it("deletes a great many chats", async () => {
    await db.query(
      "many_chats",
      `insert into chats (chat_id, owner_id, owner_alias, title, history_size, is_read_only, is_private, created_at, expires_at)
       select gen_random_uuid(), gen_random_uuid(), 'Anna', 'Otters', 10, false, false, now(), now() - interval '1 hour'
         from generate_series(1, 2500)`,
    );
    await db.query("taken", "update places set taken = 2500 where kind = 'chats'");

    await Promise.all([store.sweep(), beside.sweep()]);
    await store.sweep();

    expect(await rowsOf(["chats", "expired_chats"])).toEqual({ chats: 0, expired_chats: 2_500 });
    const { rows } = await db.query("left", "select taken from places where kind = 'chats'");
    expect(rows).toEqual([{ taken: "0" }]);
  });

  it("ends a great many sessions that nobody uses, some at a time, from two processes at once", async () => {
    await using one = await openStore({ url: db.url, clockShiftMs, limits: IDLE });
    await using other = await openStore({ url: db.url, clockShiftMs, limits: IDLE });
    await db.query(
      "many_sessions",
      `insert into sessions (member_id, created_at, used_at)
       select gen_random_uuid(), now(), now() - interval '49 hours' from generate_series(1, 1200)`,
    );
    await db.query("one_more", "insert into sessions (member_id, created_at) values (gen_random_uuid(), now())");
    await db.query("taken", "update places set taken = 1201 where kind = 'sessions'");

    await store.sweep();
    expect(await rowsOf(["sessions"])).toEqual({ sessions: 1_201 });
    await one.sweep();
    expect(await rowsOf(["sessions"])).toEqual({ sessions: 201 });
    await Promise.all([one.sweep(), other.sweep()]);

    expect(await rowsOf(["sessions"])).toEqual({ sessions: 1 });
    const { rows } = await db.query("left", "select taken from places where kind = 'sessions'");
    expect(rows).toEqual([{ taken: "1" }]);
  });

  it("forgets answers of a day ago, and no others", async () => {
    const { chatId, creator } = await givenChat(store);
    await say(store, chatId, creator, "one", "old");
    shiftMs += DAY_MS;
    await say(store, chatId, creator, "two", "new");

    await store.sweep();

    const { rows } = await db.query("keys", "select idempotency_key from answers");
    expect(rows).toEqual([{ idempotency_key: "new" }]);
  });
});

const IDLE = { sessionsMax: 1_000_000, chatsMax: 1_000_000, sessionIdleMs: 48 * HOUR_MS };

const NUMBERS = `with chat as (
     update chats set numbers_taken = $2 where chat_id = $1 returning chat_no
   )
   insert into numbers (chat_no, number, member_id)
   select chat_no, number, gen_random_uuid() from chat, generate_series(1, $2) as number`;

/** A chat with something in every table. */
async function givenWholeChat(more: { readonly ttlMs?: number }) {
  const chat = await givenPrivateChat(store, more);
  await givenMember(store, chat);
  await givenAsker(store, chat, anonymous());
  await say(store, chat.chatId, chat.creator, "hello", "key");
  return chat;
}

/** As if so many messages had been written to a chat, of which it kept the newest. */
async function fill(chatId: string, last: number, kept: number): Promise<void> {
  await db.query(
    "fill",
    `with chat as (
       update chats set last_sequence = $2 where chat_id = $1 returning chat_no, owner_id
     )
     insert into messages (chat_no, sequence, text, author_id, author_alias, sent_at)
     select chat_no, sequence, 'hello', owner_id, 'Anna', now() from chat, generate_series($2 - $3 + 1, $2) as sequence`,
    [chatId, last, kept],
  );
}

async function rowsOf(tables: readonly string[]): Promise<Record<string, number>> {
  const counts = tables.map((table) => `(select count(*)::int from ${table}) as ${table}`);
  const { rows } = await db.query<Record<string, number>>("rows_of", `select ${counts.join()}`);
  return rows[0] ?? {};
}

function none(tables: readonly string[]): Record<string, number> {
  return Object.fromEntries(tables.map((table) => [table, 0]));
}
