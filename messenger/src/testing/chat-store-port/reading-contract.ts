import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Chat } from "../../domain/chat.ts";
import { upTo } from "../chat-store/many.ts";
import { givenAsker, givenChat, givenMember, givenPrivateChat, named, say, someChat } from "../chat-store/people.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

const HISTORY_SIZE = 5;

/** What nobody asks a face for, or a face keeps to itself. */
export function readingContract(at: () => StoreUnderTest): void {
  describe("findChat", () => {
    it("finds all there is of a chat for whoever is outside: a face decides what they see", async () => {
      const chat = await givenPrivateChat(at().store, { ttlMs: 60_000 });
      const asker = await givenAsker(at().store, chat);
      const seen = await at().store.findChat(chat.chatId, chat.creator.key);

      expect(await at().store.findChat(chat.chatId, asker.key)).toEqual({ ...seen, standing: "asker" });
      expect(await at().store.findChat(chat.chatId, named().key)).toEqual({ ...seen, standing: "stranger" });
    });
  });

  describe("listChats", () => {
    it("tells when each was joined, and nothing else besides", async () => {
      const chat = await givenPrivateChat(at().store);
      await at().advance(1_000);
      const boris = await givenMember(at().store, chat);
      await at().advance(1_000);
      const own = await givenChat(at().store, {}, boris);
      const [, joined] = await at().store.listMembers(chat.chatId, boris.key, undefined, 10);
      const made = await at().store.findChat(own.chatId, boris.key);

      expect(await at().store.listChats(boris.key, undefined, 10)).toStrictEqual([
        { ...made, joinedAt: made.createdAt },
        { ...(await at().store.findChat(chat.chatId, boris.key)), joinedAt: joined?.since },
      ]);
    });

    it("tells when one was joined anew by somebody who was put out", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);
      await at().advance(1_000);
      await givenMember(at().store, chat, member);

      const [, joined] = await at().store.listMembers(chat.chatId, member.key, undefined, 10);
      expect(await at().store.listChats(member.key, undefined, 10)).toMatchObject([{ joinedAt: joined?.since }]);
    });

    it("goes on after any position, also one where nothing is", async () => {
      const boris = named("Boris");
      const made: Chat[] = [];
      for (const _ of upTo(3)) {
        made.push(await at().store.createChat(boris, someChat()));
        await at().advance(1_000);
      }
      const [oldest, middle] = made.map(({ createdAt }) => createdAt.getTime());
      const idsAfter = async (ms: number) => {
        const position = { at: ms, id: randomUUID() };
        return (await at().store.listChats(boris.key, position, 10)).map(({ chatId }) => chatId);
      };

      expect(await idsAfter((oldest ?? 0) - 1)).toEqual([]);
      expect(await idsAfter((middle ?? 0) - 1)).toEqual([made[0]?.chatId]);
      expect(await idsAfter((middle ?? 0) + 1)).toEqual([made[1]?.chatId, made[0]?.chatId]);
    });
  });

  describe("listMessages", () => {
    it.each([
      [13, [12, 11, 10]],
      [100, [12, 11, 10]],
      [12, [11, 10, 9]],
      [10, [9, 8]],
      [9, [8]],
      [8, []],
      [5, []],
      [1, []],
    ])("lists what is kept before %i, wherever that is", async (before, sequences) => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, String(number));

      const messages = await at().store.listMessages(chatId, creator.key, before, 3);

      expect(messages.map(({ sequence }) => sequence)).toEqual(sequences);
    });
  });

  describe("check", () => {
    it("resolves while the store is there", async () => {
      await expect(at().store.check()).resolves.toBeUndefined();
    });
  });
}
