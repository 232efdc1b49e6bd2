// What chats and sessions leave in Redis, and for how long.
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PATIENCE } from "@animal-delivery/platform/redis/observe-commands";
import { type OwnRedis, ownRedis } from "@animal-delivery/platform/testing/own-redis";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { Speaker } from "../src/domain/speaker.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { openRedisChatStore } from "../src/store/redis/redis-store.ts";
import { outcomeOf } from "../src/testing/chat-store/outcome.ts";
import {
  anonymous,
  type GivenChat,
  givenAsker,
  givenChat,
  givenMember,
  givenPrivateChat,
  named,
  say,
} from "../src/testing/chat-store/people.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const IDLE_MS = 30 * DAY_MS;
/** That a chat expired, and the order of its last steps, for two minutes. */
const REMAINS = ["ends", "turn"];

const opened = new AsyncDisposableStack();
let redis: OwnRedis;
let raw: Redis;
let store: ChatStore;
let shiftMs = 0;
beforeAll(async () => {
  redis = opened.use(await ownRedis());
  raw = opened.adopt(new Redis(redis.url), (client) => client.disconnect());
  store = opened.use(await openStore());
});
beforeEach(() => redis.flush());
afterAll(() => opened.disposeAsync());

describe("a chat in Redis", () => {
  it("has an end to each of its keys when its time has one, whenever they came", async () => {
    const chat = await givenFullChat(HOUR_MS);

    const ends = await endsOf(chat);

    expect(Object.keys(ends).toSorted()).toEqual([
      "answered",
      "answers",
      "askers",
      "ends",
      "head",
      "members",
      "messages",
      "names",
      "numbers",
      "turn",
    ]);
    for (const [part, leftMs] of Object.entries(ends)) {
      const longestMs = ["ends", "members", "askers"].includes(part) ? HOUR_MS + DAY_MS : HOUR_MS;
      expect([part, leftMs > 0 && leftMs <= longestMs]).toEqual([part, true]);
    }
  });

  it("has none when its time has none any more, but to what is forgotten a day later", async () => {
    const chat = await givenFullChat(HOUR_MS);
    await store.setTtl(chat.chatId, chat.creator.key, undefined);

    const { turn, answers, answered, ...others } = await endsOf(chat);

    expect(Object.keys(others).toSorted()).toEqual(["askers", "head", "members", "messages", "names", "numbers"]);
    expect(new Set(Object.values(others))).toEqual(new Set([-1]));
    for (const leftMs of [answers, answered]) expect(leftMs).toBeGreaterThan(DAY_MS - HOUR_MS);
    expect(turn).toBeGreaterThan(0);
  });

  it("is freed by Redis itself when nobody sweeps, and it is remembered that it expired", async () => {
    const chat = await givenFullChat(200);

    await expect
      .poll(async () => Object.keys(await endsOf(chat)).toSorted())
      .toEqual(["askers", "ends", "members", "turn"]);

    expect(await outcomeOf(store.findChat(chat.chatId, chat.creator.key))).toBe("CHAT_EXPIRED");
    expect(await store.listChats(chat.creator.key, undefined, 10)).toEqual([]);
    await store.sweep();
    expect(Object.keys(await endsOf(chat)).toSorted()).toEqual(REMAINS);
    expect(await raw.keys("person:*")).toEqual([]);
  });

  it("is freed by a sweep once it has expired, with all that leads to it", async () => {
    const chat = await givenFullChat(HOUR_MS);
    shiftMs += HOUR_MS;

    await store.sweep();

    expect(Object.keys(await endsOf(chat)).toSorted()).toEqual(REMAINS);
    expect(await raw.keys("person:*")).toEqual([]);
    expect(await raw.zcard("places:chats")).toBe(0);
  });

  it("leaves nothing when it is deleted", async () => {
    const chat = await givenFullChat(undefined);
    shiftMs += HOUR_MS;

    await store.deleteChat(chat.chatId, chat.creator.key);

    expect(await raw.keys("chat:*")).toEqual([`chat:{${chat.chatId}}:turn`]);
    expect(await raw.pttl(`chat:{${chat.chatId}}:turn`)).toBeGreaterThan(0);
    expect(await raw.keys("person:*")).toEqual([]);
    expect(await raw.zcard("places:chats")).toBe(0);
  });

  it("is written to no more when memory is full, and is read on", async () => {
    const chat = await givenFullChat(undefined);
    const before = await store.readTail(chat.chatId, 0, 10);
    await raw.config("SET", "maxmemory", "1mb");

    await expect(say(store, chat.chatId, chat.creator)).rejects.toMatchObject({ kind: "unavailable" });
    expect(await store.readTail(chat.chatId, 0, 10)).toEqual(before);

    await raw.config("SET", "maxmemory", "0");
    expect((await say(store, chat.chatId, chat.creator)).sequence).toBe(before.lastSequence + 1);
  });
});

describe("a session in Redis that nobody uses", () => {
  it("leaves nothing when it ends, and no chat", async () => {
    const anna = await givenSession();
    const { memberId } = anna;
    const chat = await givenChat(store, {}, await givenSession());
    await givenChat(store, {}, anna);
    shiftMs += IDLE_MS;
    await store.touchSession(chat.creator.key);
    shiftMs += HOUR_MS;

    await store.sweep();

    expect(await raw.keys(`session:{${memberId}}`)).toEqual([]);
    expect(await raw.keys(`person:{${memberId}}:*`)).toEqual([]);
    expect(await raw.zrange("places:sessions", "0", "-1")).toEqual([chat.creator.memberId]);
    expect(await raw.zrange("places:chats", "0", "-1")).toEqual([chat.chatId]);
  });

  it("is ended to the end by the next sweep where one was cut off, and nobody finds it meanwhile", async () => {
    const anna = await givenSession();
    await givenChat(store, {}, anna);
    await raw.hset(`session:{${anna.memberId}}`, "ends", 1);
    shiftMs += DAY_MS;

    expect(await store.findSession(anna.key)).toBeUndefined();
    expect(await store.touchSession(anna.key)).toBeUndefined();
    await store.sweep();

    expect(await raw.keys(`session:{${anna.memberId}}`)).toEqual([]);
    expect(await raw.zcard("places:chats")).toBe(0);
    expect(await raw.zcard("places:sessions")).toBe(0);
  });

  it("lives as long from the first look on when it was made before uses were noted", async () => {
    const { key, memberId } = await givenSession();
    await raw.hdel(`session:{${memberId}}`, "usedAt");
    shiftMs += IDLE_MS + HOUR_MS;

    await store.sweep();
    expect(await store.findSession(key)).toBeDefined();

    shiftMs += IDLE_MS + HOUR_MS;
    await store.sweep();
    expect(await store.findSession(key)).toBeUndefined();
  });

  it("may be used while memory is full", async () => {
    const { key } = await givenSession();
    shiftMs += 2 * HOUR_MS;
    await raw.config("SET", "maxmemory", "1mb");

    expect(await store.touchSession(key)).toMatchObject({ alias: "Anna" });

    await raw.config("SET", "maxmemory", "0");
  });
});

async function givenSession(): Promise<Speaker> {
  const anna = named();
  await store.saveSession(anna.key, anna.alias);
  return anna;
}

async function openStore(): Promise<ChatStore> {
  const limits = { sessionsMax: 100, chatsMax: 100, sessionIdleMs: IDLE_MS };
  const options = { urls: [redis.url], cluster: false, keyPrefix: "", ...limits, clockShiftMs: () => shiftMs };
  return openRedisChatStore(options, testTelemetry(), { ...PATIENCE, answerMs: 5_000 });
}

/** A chat that has something of everything. */
async function givenFullChat(ttlMs: number | undefined): Promise<GivenChat> {
  const chat = await givenPrivateChat(store, { ttlMs });
  const member = await givenMember(store, chat, anonymous());
  await givenAsker(store, chat, anonymous());
  await say(store, chat.chatId, member, "hello", "key");
  return chat;
}

/** What is left of the time of each of its keys, in milliseconds; -1 for one without an end. */
async function endsOf({ chatId }: GivenChat): Promise<Record<string, number>> {
  const keys = await raw.keys(`chat:{${chatId}}:*`);
  const ends = await Promise.all(
    keys.map(async (key) => [key.slice(key.lastIndexOf(":") + 1), await raw.pttl(key)] as const),
  );
  return Object.fromEntries(ends);
}
