import { describe, expect, it } from "vitest";
import { upTo } from "./many.ts";
import { givenChat, givenMember, givenPrivateChat, named, say, textsOf, timeOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

const HISTORY_SIZE = 5;

/** Writing messages, and reading what the history keeps. */
export function messageContract(at: () => UnderTest): void {
  describe("appendMessage", () => {
    it("writes a message, now", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const boris = named("Boris");
      const from = await timeOf(at().store);

      const message = await say(at().store, chatId, boris, "The ferret is on its way.");

      expect(message).toStrictEqual({
        sequence: 1,
        text: "The ferret is on its way.",
        author: { memberId: boris.memberId, alias: "Boris" },
        sentAt: expect.any(Date),
      });
      expect(message.sentAt.getTime()).toBeGreaterThanOrEqual(from);
      expect(message.sentAt.getTime()).toBeLessThanOrEqual(await timeOf(at().store));
      expect(await at().store.listMessages(chatId, creator.key, undefined, 10)).toStrictEqual([message]);
    });

    it("counts from 1, in each chat by itself", async () => {
      const [one, other] = [await givenChat(at().store), await givenChat(at().store)];

      const sequences: number[] = [];
      for (const { chatId, creator } of [one, other, one, one, other]) {
        sequences.push((await say(at().store, chatId, creator)).sequence);
      }

      expect(sequences).toEqual([1, 1, 2, 3, 2]);
    });

    it("counts on from another opening", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const beside = await at().beside();

      for (const store of [at().store, beside, beside, at().store]) await say(store, chatId, creator);

      const { messages } = await beside.readTail(chatId, 0, 10);
      expect(messages.map(({ sequence }) => sequence)).toEqual(upTo(4));
    });

    it("drops what the history has no room for, and counts on", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, `message ${number}`);

      const messages = await at().store.listMessages(chatId, creator.key, undefined, 100);

      expect(messages.map(({ sequence }) => sequence)).toEqual([12, 11, 10, 9, 8]);
      expect(messages.map(({ text }) => text)).toEqual([12, 11, 10, 9, 8].map((number) => `message ${number}`));
    });

    it("keeps a full history, and drops with the first message more", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(HISTORY_SIZE)) await say(at().store, chatId, creator, String(number));
      expect(await textsOf(at().store, chatId)).toEqual(["1", "2", "3", "4", "5"]);

      await say(at().store, chatId, creator, "6");

      expect(await textsOf(at().store, chatId)).toEqual(["2", "3", "4", "5", "6"]);
    });

    it("is never dated before the message before it, also when the clock goes back", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: 1 });
      const first = await say(at().store, chatId, creator);

      await at().advance(-3_600_000);
      const [second] = await Promise.allSettled([say(at().store, chatId, creator)]);
      await at().advance(3_600_000);
      const third = await say(at().store, chatId, creator);

      expect(second).toMatchObject({ value: { sequence: 2, sentAt: first.sentAt } });
      expect(third.sentAt.getTime()).toBeGreaterThanOrEqual(first.sentAt.getTime());
    });

    it("names the author as they are named at the time", async () => {
      const { chatId, creator } = await givenChat(at().store);

      await say(at().store, chatId, creator);
      await say(at().store, chatId, { ...creator, alias: "Boris" });

      const { messages } = await at().store.readTail(chatId, 0, 10);
      expect(messages.map(({ author }) => author)).toEqual([
        { memberId: creator.memberId, alias: "Anna" },
        { memberId: creator.memberId, alias: "Boris" },
      ]);
    });

    it("makes nobody a member who writes to a public chat", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const boris = named("Boris");

      await say(at().store, chatId, boris);

      expect((await at().store.findChat(chatId, boris.key)).standing).toBe("stranger");
      expect(await at().store.listChats(boris.key, undefined, 10)).toEqual([]);
      expect(await at().store.listMembers(chatId, creator.key, undefined, 10)).toHaveLength(1);
    });
  });

  describe("listMessages", () => {
    it("lists none of an empty chat", async () => {
      const { chatId, creator } = await givenChat(at().store);

      expect(await at().store.listMessages(chatId, creator.key, undefined, 10)).toEqual([]);
    });

    it("lists the newest first, as many as are asked for", async () => {
      const { chatId, creator } = await givenChat(at().store);
      for (const number of upTo(5)) await say(at().store, chatId, creator, String(number));

      const messages = await at().store.listMessages(chatId, creator.key, undefined, 3);

      expect(messages.map(({ text }) => text)).toEqual(["5", "4", "3"]);
    });

    it("pages back to the oldest message that is kept", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, String(number));

      const pages: number[][] = [];
      for (const _ of upTo(4)) {
        const page = await at().store.listMessages(chatId, creator.key, pages.flat().at(-1), 2);
        pages.push(page.map(({ sequence }) => sequence));
      }

      expect(pages).toEqual([[12, 11], [10, 9], [8], []]);
    });

    it("goes on below what was dropped between two pages", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(5)) await say(at().store, chatId, creator, String(number));
      expect(await at().store.listMessages(chatId, creator.key, undefined, 2)).toHaveLength(2);
      for (const number of upTo(2)) await say(at().store, chatId, creator, String(number));

      const next = await at().store.listMessages(chatId, creator.key, 4, 3);

      expect(next.map(({ sequence }) => sequence)).toEqual([3]);
    });

    it("lists the same to everybody who may read", async () => {
      const chat = await givenPrivateChat(at().store);
      const [member, beside] = [await givenMember(at().store, chat), await at().beside()];
      for (const speaker of [member, chat.creator, member]) await say(at().store, chat.chatId, speaker);

      const messages = await at().store.listMessages(chat.chatId, chat.creator.key, undefined, 10);

      expect(messages).toHaveLength(3);
      expect(await beside.listMessages(chat.chatId, member.key, undefined, 10)).toEqual(messages);
      expect((await beside.readTail(chat.chatId, 0, 10)).messages).toEqual(messages.toReversed());
    });
  });
}
