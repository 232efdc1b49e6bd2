import { describe, expect, it } from "vitest";
import { speakerOf } from "../domain/speaker.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";
import { createChatFeed } from "./chat-feed.ts";
import { followChat, type Told } from "./follow-chat.ts";
import { TAIL_MAX } from "./shared-tail.ts";

const ANNA = speakerOf("anna", "Anna");
const CHAT_ID = "1c6b147e-3f0e-4f3a-9a52-94f1d3f8a001";

describe("followChat", () => {
  it("cuts off who was there and fell too far behind, and nobody else", async () => {
    const { write, follow } = await givenChat();
    const [slow, quick] = [follow(), follow()];
    for (let n = 0; n < 2; n += 1) {
      await write(1);
      await Promise.all([slow.next(), quick.next()]);
    }

    for (let batch = 0; batch < 30; batch += 1) {
      await write(TAIL_MAX / 10);
      for (let n = 0; n < TAIL_MAX / 10; n += 1) await quick.next();
    }

    await expect(slow.next()).rejects.toMatchObject({ reason: "READER_TOO_SLOW" });
    await quick.return(undefined);
  });

  it("tells who comes late, and reads slowly, which messages they missed, and does not cut them off", async () => {
    const { write, follow } = await givenChat(10);
    await write(5);
    const late = follow();
    await late.next();

    await write(100);

    // The four that were read together with the first.
    for (let n = 0; n < 4; n += 1) await late.next();
    expect((await late.next()).value).toEqual({ kind: "skipped", first: 6, last: 95 });
    expect((await late.next()).value).toMatchObject({ kind: "message", message: { sequence: 96 } });
    await late.return(undefined);
  });

  it("is not told what was said after it was put out, though it is behind", async () => {
    const { store, write, follow, chatId } = await givenChat(500, true);
    const boris = speakerOf("boris", "Boris");
    await store.requestToJoin(chatId, boris);
    await store.decideJoinRequest(chatId, ANNA.key, boris.memberId, "admit");
    await write(150);
    const late = follow(undefined, boris.key);
    // The first batch of them.
    for (let n = 0; n < 100; n += 1) await late.next();

    await store.removeMember(chatId, ANNA.key, boris.memberId);
    await write(1);

    await expect(late.next()).rejects.toMatchObject({ reason: "NOT_A_MEMBER" });
  });

  it("is not told of another chat that was made under the same id", async () => {
    const { store, write, follow, chatId, made } = await givenChat();
    await write(1);
    const follower = follow();
    await follower.next();

    await store.deleteChat(chatId, ANNA.key);
    await store.createChat(ANNA, { ...made, isPrivate: true });
    await write(3);

    await expect(follower.next()).rejects.toMatchObject({ reason: "CHAT_NOT_FOUND" });
  });

  it("gives the chat's tail back when its follower leaves without asking for more", async () => {
    const { write, follow, watched } = await givenChat();
    const leave = new AbortController();
    await write(1);
    await follow(leave.signal).next();
    expect(watched()).toEqual([CHAT_ID]);

    leave.abort();

    await expect.poll(watched).toEqual([]);
  });
});

async function givenChat(historySize = 500, isPrivate = false) {
  const store = createMemoryStore({ sessionsMax: 10, chatsMax: 10 });
  const watched = new Set<string>();
  const watch = store.watch.bind(store);
  store.watch = async (chatId, onChange) => {
    const watching = await watch(chatId, onChange);
    watched.add(chatId);
    return {
      async [Symbol.asyncDispose]() {
        watched.delete(chatId);
        await watching[Symbol.asyncDispose]();
      },
    };
  };
  const feed = createChatFeed(store);
  const made = { chatId: CHAT_ID, title: "", historySize, isReadOnly: false, isPrivate, ttlMs: undefined };
  await store.createChat(ANNA, made);
  return {
    store,
    made,
    chatId: CHAT_ID,
    watched: () => [...watched],
    write: async (count: number): Promise<void> => {
      const draft = { text: "a message", idempotencyKey: undefined };
      await Promise.all(Array.from({ length: count }, () => store.appendMessage(CHAT_ID, ANNA, draft)));
    },
    follow: (signal = new AbortController().signal, key = ANNA.key): AsyncGenerator<Told> =>
      followChat(store, feed, { chatId: CHAT_ID, key, resumeToken: "" }, signal),
  };
}
