import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Speaker } from "../../domain/speaker.ts";
import type { ChatStore } from "../../store/chat-store.ts";
import {
  type GivenChat,
  givenChat,
  givenMember,
  givenPrivateChat,
  named,
  say,
  someChat,
} from "../chat-store/people.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

interface Watched extends GivenChat {
  readonly member: Speaker;
}

/** What somebody who follows a chat wants to know. */
const CHANGES: Record<string, (store: ChatStore, chat: Watched) => Promise<unknown>> = {
  "a message was written": async (store, { chatId, creator }) => say(store, chatId, creator),
  "the chat was deleted": async (store, { chatId, creator }) => store.deleteChat(chatId, creator.key),
  "the time of the chat was set": async (store, { chatId, creator }) => store.setTtl(chatId, creator.key, 60_000),
  "a member was put out": async (store, { chatId, creator, member }) =>
    store.removeMember(chatId, creator.key, member.memberId),
  "a member left": async (store, { chatId, member }) => store.removeMember(chatId, member.key, member.memberId),
  "a member ended the session": async (store, { member }) => store.deleteSession(member.key),
  "the creator ended the session": async (store, { creator }) => store.deleteSession(creator.key),
};

/** Being told of changes. */
export function watchContract(at: () => StoreUnderTest): void {
  describe("watch", () => {
    const openings = ["the same opening", "another opening"];

    it.each(Object.keys(CHANGES).flatMap((change) => openings.map((opening) => ({ change, opening }))))(
      "tells that $change, from $opening",
      async ({ change, opening }) => {
        const chat = await givenPrivateChat(at().store);
        const member = await givenMember(at().store, chat);
        const other = opening === "the same opening" ? at().store : await at().beside();
        await using watched = await watch(at().store, chat.chatId);

        await CHANGES[change]?.(other, { ...chat, member });

        await expect.poll(() => watched.calls).toBeGreaterThan(0);
      },
    );

    it("tells each time, and everybody", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await using one = await watch(at().store, chatId);
      await using two = await watch(at().store, chatId);
      await using three = await watch(await at().beside(), chatId);

      for (const _ of [1, 2, 3]) {
        const before = [one, two, three].map(({ calls }) => calls);
        await say(at().store, chatId, creator);
        await expect.poll(() => [one, two, three].every(({ calls }, index) => calls > (before[index] ?? 0))).toBe(true);
      }
    });

    it("tells after a change that can be read", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const beside = await at().beside();
      const seen = Promise.withResolvers<number>();
      await using _ = await beside.watch(chatId, () => {
        void beside.readTail(chatId, 0, 10).then(({ lastSequence }) => seen.resolve(lastSequence), seen.reject);
      });

      await say(at().store, chatId, creator);

      expect(await seen.promise).toBe(1);
    });

    it("tells nobody any more who has stopped", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await using staying = await watch(at().store, chatId);
      const leaving = await watch(at().store, chatId);
      await say(at().store, chatId, creator);
      await expect.poll(() => Math.min(staying.calls, leaving.calls)).toBeGreaterThan(0);

      await leaving[Symbol.asyncDispose]();

      const { calls: left } = leaving;
      for (const _ of [1, 2, 3]) {
        const { calls } = staying;
        await say(at().store, chatId, creator);
        await expect.poll(() => staying.calls).toBeGreaterThan(calls);
      }
      expect(leaving.calls).toBe(left);
    });

    it("tells somebody who has stopped and begins again", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const before = await watch(at().store, chatId);
      await before[Symbol.asyncDispose]();

      await using again = await watch(at().store, chatId);
      await say(await at().beside(), chatId, creator);

      await expect.poll(() => again.calls).toBeGreaterThan(0);
    });

    it("takes the same function twice, and stops the one of them", async () => {
      const { chatId, creator } = await givenChat(at().store);
      let calls = 0;
      const onChange = () => void (calls += 1);
      const one = await at().store.watch(chatId, onChange);
      await using _ = await at().store.watch(chatId, onChange);

      await one[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      await say(at().store, chatId, creator);

      await expect.poll(() => calls).toBeGreaterThan(0);
    });

    it("waits at a chat that does not exist, and tells when it does and somebody writes", async () => {
      const chatId = randomUUID();
      await using watched = await watch(at().store, chatId);
      const creator = named();
      await at().store.createChat(creator, someChat({ chatId }));
      const { calls } = watched;

      await say(at().store, chatId, creator);

      await expect.poll(() => watched.calls).toBeGreaterThan(calls);
    });
  });
}

async function watch(store: ChatStore, chatId: string) {
  const watched = { calls: 0 };
  const watching = await store.watch(chatId, () => {
    watched.calls += 1;
  });
  return Object.assign(watched, { [Symbol.asyncDispose]: async () => watching[Symbol.asyncDispose]() });
}
