// A chat store whose Redis goes away, and comes back.
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OwnRedis, ownRedis } from "@animal-delivery/platform/testing/own-redis";
import { type TcpGate, tcpGate } from "@animal-delivery/platform/testing/tcp-gate";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { ChatStore } from "../src/store/chat-store.ts";
import { openRedisChatStore } from "../src/store/redis/redis-store.ts";
import { CALLS } from "../src/testing/chat-store/calls.ts";
import { type GivenChat, givenChat, named, say, textsOf } from "../src/testing/chat-store/people.ts";

const AWAY = { kind: "unavailable", reason: "UNAVAILABLE" };
/** Half a second for an answer, and what a busy machine adds. */
const AT_ONCE_MS = 2_000;

let opened: AsyncDisposableStack;
let redis: OwnRedis;
let gate: TcpGate;
let store: ChatStore;
/** Not behind the gate. */
let beside: ChatStore;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  redis = opened.use(await ownRedis());
  gate = opened.adopt(await tcpGate(redis.url), async (each) => each.close());
  store = opened.use(await openStore(gate.url));
  beside = opened.use(await openStore(redis.url));
});
afterEach(() => opened.disposeAsync());

describe("a chat store", () => {
  const everyCall = Object.entries({
    ...CALLS,
    saveSession: async (each: ChatStore) => each.saveSession(named().key, "Anna"),
    findSession: async (each: ChatStore) => each.findSession(named().key),
    touchSession: async (each: ChatStore) => each.touchSession(named().key),
    deleteSession: async (each: ChatStore) => each.deleteSession(named().key),
    createChat: async (each: ChatStore) => givenChat(each),
    listChats: async (each: ChatStore) => each.listChats(named().key, undefined, 10),
    watch: async (each: ChatStore) => each.watch(randomUUID(), () => undefined),
    sweep: async (each: ChatStore) => each.sweep(),
    check: async (each: ChatStore) => each.check(),
  });

  it.each([
    ["is dead", async () => gate.close()],
    ["hangs", async () => gate.hang()],
    ["loses its answers", async () => gate.loseAnswers()],
  ])("refuses everything at once when Redis %s, and works again without a restart", async (_, fail) => {
    const { chatId, creator } = await givenChat(store);
    await fail();

    for (const [name, call] of everyCall) {
      const began = performance.now();
      await expect(call(store, chatId, creator), name).rejects.toMatchObject(AWAY);
      expect(performance.now() - began, name).toBeLessThan(AT_ONCE_MS);
    }

    await gate.open();
    await expect.poll(async () => outcomeOf(store.check())).toBe("there");
    await expect.poll(async () => outcomeOf(say(store, chatId, creator))).toBe("there");
  });

  it("opens when Redis is not there yet, and works when it comes", async () => {
    await gate.close();
    await using early = await openStore(gate.url);
    await expect(early.check()).rejects.toMatchObject(AWAY);

    await gate.open();

    await expect.poll(async () => outcomeOf(givenChat(early))).toBe("there");
  });

  it("goes on with nothing when Redis comes back empty", async () => {
    const { chatId, creator } = await givenChat(store);
    await redis.kill();
    await redis.start();

    await expect.poll(async () => outcomeOf(store.check())).toBe("there");
    await expect(store.findChat(chatId, creator.key)).rejects.toMatchObject({ reason: "CHAT_NOT_FOUND" });
    await givenChat(store, { chatId }, creator);
  });

  it("keeps what it acknowledged over a kill when Redis writes it to disk first", async () => {
    await using keeping = await ownRedis({ appendfsync: "always" });
    await using kept = await openStore(keeping.url);
    const { chatId, creator } = await givenChat(kept, { historySize: 1_000 });
    const acknowledged: string[] = [];
    const write = async (): Promise<void> => {
      for (;;) {
        const { text } = await say(kept, chatId, creator, randomUUID());
        acknowledged.push(text);
        if (acknowledged.length === 500) void keeping.kill();
      }
    };
    await Promise.allSettled(Array.from({ length: 10 }, write));

    await keeping.start();

    await expect.poll(async () => outcomeOf(kept.check())).toBe("there");
    const texts = await textsOf(kept, chatId);
    expect(acknowledged.length).toBeGreaterThanOrEqual(500);
    expect(acknowledged.filter((text) => !texts.includes(text))).toEqual([]);
  });
});

describe("whoever watches a chat", () => {
  it.each([
    [
      "the connection was lost",
      async () => {
        await gate.close();
        await gate.open();
      },
    ],
    [
      "Redis was killed",
      async () => {
        await redis.kill();
        await redis.start();
      },
    ],
    ["the connection that listens was lost alone", async () => killListeners()],
  ])("is told once %s and is back, and of each message from then on", async (_, lose) => {
    const chat = await givenChat(beside);
    let calls = 0;
    await using _watching = await store.watch(chat.chatId, () => void (calls += 1));

    await lose();

    await expect.poll(() => calls).toBeGreaterThan(0);
    await expect.poll(async () => outcomeOf(givenChat(beside, { chatId: chat.chatId }, chat.creator))).toBe("there");
    await expectToldOfEach(chat, () => calls);
  });

  it("is not listened for any more when the last of them has stopped", async () => {
    const { chatId } = await givenChat(beside);
    const channels = async () => withRaw(async (raw) => raw.pubsub("SHARDCHANNELS"));
    const watchers = [];
    for (const _ of [1, 2]) watchers.push(await store.watch(chatId, () => undefined));
    expect(await channels()).toEqual([`chats:chat:{${chatId}}:changes`]);

    for (const watcher of watchers) await watcher[Symbol.asyncDispose]();

    await expect.poll(channels).toEqual([]);
  });
});

async function expectToldOfEach({ chatId, creator }: GivenChat, calls: () => number): Promise<void> {
  for (const _ of [1, 2, 3]) {
    const before = calls();
    await say(beside, chatId, creator);
    await expect.poll(calls).toBeGreaterThan(before);
  }
}

async function openStore(url: string): Promise<ChatStore> {
  const options = { urls: [url], cluster: false, keyPrefix: "chats:", sessionsMax: 100, chatsMax: 100 };
  return openRedisChatStore(options, testTelemetry());
}

async function killListeners(): Promise<void> {
  await withRaw(async (raw) => raw.client("KILL", "TYPE", "PUBSUB"));
}

async function withRaw<T>(work: (raw: Redis) => Promise<T>): Promise<T> {
  const raw = new Redis(redis.url);
  try {
    return await work(raw);
  } finally {
    raw.disconnect();
  }
}

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "there",
    () => "away",
  );
}
