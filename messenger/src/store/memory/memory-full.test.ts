import { describe, expect, it } from "vitest";
import { KEYS_MAX } from "../../domain/limits.ts";
import { anonymousName } from "../../domain/speaker.ts";
import { anonymous, givenChat, givenPrivateChat, say, textsOf } from "../../testing/chat-store/people.ts";
import { createMemoryStore } from "./memory-store.ts";
import { KEY_BYTES, NUMBER_BYTES, sizeOf } from "./size-of.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FULL = expect.objectContaining({ kind: "exhausted", reason: "MEMORY_FULL" });
const TEXT = "x".repeat(1_000);

describe("a memory store whose messages may take so much", () => {
  it("refuses the first that has no room, in whatever chat, and keeps what it has", async () => {
    const { store } = givenStore(2);
    const [one, other] = [await givenChat(store), await givenChat(store)];
    for (const { chatId, creator } of [one, other]) await say(store, chatId, creator, TEXT);

    for (const { chatId, creator } of [one, other])
      await expect(say(store, chatId, creator, "x")).rejects.toEqual(FULL);

    expect(await textsOf(store, one.chatId)).toEqual([TEXT]);
    expect((await store.findChat(one.chatId, one.creator.key)).lastSequence).toBe(1);
  });

  it("counts a character beyond Latin-1 twice, with all of its text", async () => {
    expect(sizeOf("é".repeat(10)) - sizeOf("")).toBe(10);
    expect(sizeOf("Ж".repeat(10)) - sizeOf("")).toBe(20);
    expect(sizeOf(`${"x".repeat(9)}Ж`) - sizeOf("")).toBe(20);
    const { store } = givenStore(1);
    const { chatId, creator } = await givenChat(store);

    await expect(say(store, chatId, creator, "Ж".repeat(501))).rejects.toEqual(FULL);
    await say(store, chatId, creator, "Ж".repeat(500));
  });

  it("lets a history that is as long as it may be go on", async () => {
    const { store } = givenStore(2);
    const { chatId, creator } = await givenChat(store, { historySize: 2 });

    for (let round = 0; round < 5; round += 1) await say(store, chatId, creator, TEXT);

    await expect(say(store, chatId, creator, `${TEXT}x`)).rejects.toEqual(FULL);
    await say(store, chatId, creator, "short");
    await say(store, chatId, creator, TEXT);
    await expect(say(store, chatId, creator, `${TEXT}x`)).rejects.toEqual(FULL);
  });

  it.each([
    ["is deleted", async ({ store, chatId, creator }: Given) => store.deleteChat(chatId, creator.key)],
    ["goes with its session", async ({ store, creator }: Given) => store.deleteSession(creator.key)],
    ["has expired, which nothing swept", async ({ advance }: Given) => advance(HOUR_MS)],
    [
      "has expired and is swept twice",
      async ({ store, advance }: Given) => {
        advance(HOUR_MS);
        for (const _ of [1, 2]) await store.sweep();
      },
    ],
  ])("has exactly as much room again when a chat %s", async (_, end) => {
    const { store, advance } = givenStore(2);
    const chat = await givenChat(store, { ttlMs: HOUR_MS });
    for (const _ of [1, 2]) await say(store, chat.chatId, chat.creator, TEXT);
    const other = await givenChat(store);
    await expect(say(store, other.chatId, other.creator, TEXT)).rejects.toEqual(FULL);

    await end({ ...chat, store, advance });

    for (const _ of [1, 2]) await say(store, other.chatId, other.creator, TEXT);
    await expect(say(store, other.chatId, other.creator, "x")).rejects.toEqual(FULL);
  });

  it("answers the repetition of a message that was written, and counts its key for a day", async () => {
    const { store, advance } = givenStore(1, KEY_BYTES);
    const { chatId, creator } = await givenChat(store, { historySize: 1 });
    const first = await say(store, chatId, creator, TEXT, "key");
    await expect(say(store, chatId, creator, TEXT, "other")).rejects.toEqual(FULL);

    expect(await say(store, chatId, creator, TEXT, "key")).toEqual(first);

    advance(DAY_MS);
    await store.sweep();
    expect(await say(store, chatId, creator, TEXT, "other")).toMatchObject({ sequence: 2 });
  });

  it("counts no more keys than are remembered", async () => {
    const { store } = givenStore(1, KEYS_MAX * KEY_BYTES);
    const { chatId, creator } = await givenChat(store, { historySize: 1 });

    for (let key = 0; key < KEYS_MAX + 10; key += 1) await say(store, chatId, creator, TEXT, `key ${key}`);

    expect((await store.findChat(chatId, creator.key)).lastSequence).toBe(KEYS_MAX + 10);
  });

  it("gives nobody a number whose message it refuses", async () => {
    const { store } = givenStore(1, NUMBER_BYTES);
    const { chatId } = await givenChat(store);

    await expect(say(store, chatId, anonymous(), `${TEXT}x`)).rejects.toEqual(FULL);

    expect(await say(store, chatId, anonymous(), "x")).toMatchObject({ author: { alias: anonymousName(1) } });
  });

  it("counts whoever has a number, for as long as the chat, also of those who asked to come in", async () => {
    const { store } = givenStore(0, 2 * (sizeOf("x") + NUMBER_BYTES));
    const chat = await givenChat(store, { historySize: 1 });
    const other = await givenPrivateChat(store);
    await say(store, chat.chatId, anonymous(), "x");
    await store.requestToJoin(other.chatId, anonymous());
    await say(store, chat.chatId, chat.creator, "x");

    // A message of somebody new takes the place of another one, but they have no room.
    await say(store, other.chatId, other.creator, "x");
    await expect(say(store, chat.chatId, anonymous(), "x")).rejects.toEqual(FULL);

    await store.deleteChat(other.chatId, other.creator.key);
    await say(store, chat.chatId, anonymous(), "x");
  });

  it("refuses nothing without a limit", async () => {
    const store = createMemoryStore({ sessionsMax: 10, chatsMax: 10 });
    const { chatId, creator } = await givenChat(store, { historySize: 1_000 });

    for (let round = 0; round < 1_000; round += 1) await say(store, chatId, creator, TEXT);

    expect(await textsOf(store, chatId)).toHaveLength(1_000);
  });
});

type Given = Awaited<ReturnType<typeof givenChat>> & ReturnType<typeof givenStore>;

/** A store with room for so many texts, and some bytes more. */
function givenStore(texts: number, more = 0) {
  let now = Date.now();
  const messageBytesMax = texts * sizeOf(TEXT) + more;
  const store = createMemoryStore({ sessionsMax: 10, chatsMax: 10, messageBytesMax, now: () => now });
  return { store, advance: (ms: number) => void (now += ms) };
}
