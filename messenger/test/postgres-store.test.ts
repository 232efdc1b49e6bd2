// Runs what every chat store must do against a real PostgreSQL, from two openings of one database.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase, type TestDatabase } from "@animal-delivery/platform/testing/database";
import type { StoreLimits } from "../src/domain/limits.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { chatStoreContract } from "../src/testing/chat-store-contract.ts";
import { chatStoreModel } from "../src/testing/chat-store-model.ts";
import { CALLS } from "../src/testing/chat-store/calls.ts";
import { membersFullContract } from "../src/testing/chat-store/members-full-contract.ts";
import { named, someChat, type GivenChat } from "../src/testing/chat-store/people.ts";
import { openStore } from "./open-store.ts";

const opened = new AsyncDisposableStack();
let db: TestDatabase;
let store: ChatStore;
let beside: ChatStore;
let shiftMs = 0;
const clockShiftMs = () => shiftMs;

beforeAll(async () => {
  db = opened.use(await testDatabase({ migrations: [MIGRATIONS] }));
  const { url } = db;
  store = opened.use(await openStore({ url, clockShiftMs }));
  beside = opened.use(await openStore({ url, clockShiftMs }));
});

afterAll(() => opened.disposeAsync());

describe("a chat store in PostgreSQL", () => {
  const underTest = () => ({
    store,
    beside: async () => beside,
    open: async (limits: StoreLimits) => openStore({ limits, clockShiftMs }),
    async advance(ms: number) {
      shiftMs += ms;
    },
  });

  chatStoreContract(underTest);
  membersFullContract(underTest, fillChat);
  chatStoreModel(underTest, { runs: 50 });
});

describe("a chat store whose PostgreSQL is away", () => {
  const anna = named();
  const calls: Record<string, (store: ChatStore) => Promise<unknown>> = {
    ...Object.fromEntries(
      Object.entries(CALLS).map(([name, call]) => [name, async (away: ChatStore) => call(away, randomUUID(), anna)]),
    ),
    saveSession: async (away) => away.saveSession(anna.key, "Anna"),
    findSession: async (away) => away.findSession(anna.key),
    touchSession: async (away) => away.touchSession(anna.key),
    deleteSession: async (away) => away.deleteSession(anna.key),
    createChat: async (away) => away.createChat(anna, someChat()),
    listChats: async (away) => away.listChats(anna.key, undefined, 10),
    watch: async (away) => away.watch(randomUUID(), () => undefined),
    sweep: async (away) => away.sweep(),
    check: async (away) => away.check(),
  };

  it.each(Object.keys(calls))("says so: %s", async (name) => {
    await using away = await openStore({ url: "postgresql://nobody@127.0.0.1:1/none" });

    await expect(calls[name]?.(away)).rejects.toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
  });
});

/** In one statement: ten thousand transactions take minutes. */
async function fillChat({ chatId }: GivenChat, count: number): Promise<void> {
  await db.query(
    "fill_chat",
    `insert into members (chat_no, member_id, chat_id, alias, joined_at)
     select chat_no, gen_random_uuid(), chat_id, 'Anna', now_ms(0) from chats, generate_series(1, $2) where chat_id = $1`,
    [chatId, count],
  );
}
