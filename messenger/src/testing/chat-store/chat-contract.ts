import { describe, expect, it } from "vitest";
import { anonymousName } from "../../domain/speaker.ts";
import { atOnce } from "./many.ts";
import { outcomeOf } from "./outcome.ts";
import {
  anonymous,
  givenAsker,
  givenChat,
  givenMember,
  givenPrivateChat,
  named,
  say,
  someChat,
  textsOf,
  timeOf,
} from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** Making chats, finding and deleting them. */
export function chatContract(at: () => UnderTest): void {
  describe("createChat", () => {
    it("makes a chat as it is asked to, now", async () => {
      const anna = named();
      const asked = someChat({ title: "Otters", historySize: 7, isReadOnly: true, isPrivate: true });
      const from = await timeOf(at().store);

      const chat = await at().store.createChat(anna, asked);

      const { ttlMs: _, ...fields } = asked;
      expect(chat).toStrictEqual({
        ...fields,
        chatId: expect.any(String),
        standing: "creator",
        ownerAlias: "Anna",
        lastSequence: 0,
        createdAt: expect.any(Date),
        expiresAt: undefined,
      });
      expect(chat.createdAt.getTime()).toBeGreaterThanOrEqual(from);
      expect(chat.createdAt.getTime()).toBeLessThanOrEqual(await timeOf(at().store));
    });

    it("makes one with a time to live, counted from its making", async () => {
      const chat = await at().store.createChat(named(), someChat({ ttlMs: 60_000 }));

      expect(chat.expiresAt?.getTime()).toBe(chat.createdAt.getTime() + 60_000);
    });

    it("makes its creator its first member", async () => {
      const anna = named();
      const chat = await at().store.createChat(anna, someChat({ isPrivate: true }));

      expect(await at().store.listMembers(chat.chatId, anna.key, undefined, 10)).toEqual([
        { memberId: anna.memberId, alias: "Anna", since: chat.createdAt },
      ]);
      expect(await at().store.listChats(anna.key, undefined, 10)).toMatchObject([chat]);
    });

    it("names a creator without an alias", async () => {
      expect((await at().store.createChat(anonymous(), someChat())).ownerAlias).toBe(anonymousName(1));
    });

    it("gives back the chat that is there when it comes again, whoever the creator is called now", async () => {
      const anna = named();
      const asked = someChat({ ttlMs: 60_000 });
      const chat = await at().store.createChat(anna, asked);
      await say(at().store, chat.chatId, anna);
      await at().advance(1_000);

      const again = { ...asked, ttlMs: undefined };

      expect(await at().store.createChat(anna, asked)).toEqual({ ...chat, lastSequence: 1 });
      expect(await at().store.createChat({ ...anna, alias: "Boris" }, again)).toEqual({ ...chat, lastSequence: 1 });
      expect(await textsOf(at().store, chat.chatId)).toHaveLength(1);
      expect(await at().store.listChats(anna.key, undefined, 10)).toHaveLength(1);
    });

    it("gives back the members and join requests, too", async () => {
      const chat = await givenPrivateChat(at().store);
      const [member, asker] = [await givenMember(at().store, chat), await givenAsker(at().store, chat)];

      await at().store.createChat(chat.creator, chat.asked);

      expect((await at().store.findChat(chat.chatId, member.key)).standing).toBe("member");
      expect((await at().store.findChat(chat.chatId, asker.key)).standing).toBe("asker");
    });

    it("makes one chat for many calls at once", async () => {
      const [anna, asked, beside] = [named(), someChat(), await at().beside()];

      const chats = await Promise.all(
        atOnce(20, async (index) => (index % 2 === 0 ? at().store : beside).createChat(anna, asked)),
      );

      for (const chat of chats) expect(chat).toEqual(chats[0]);
      expect(await at().store.listChats(anna.key, undefined, 10)).toHaveLength(1);
    });
  });

  describe("findChat", () => {
    it("finds a chat as each sees it", async () => {
      const chat = await givenPrivateChat(at().store);
      const [member, asker] = [await givenMember(at().store, chat), await givenAsker(at().store, chat)];
      const seen = await at().store.findChat(chat.chatId, chat.creator.key);

      expect(seen.standing).toBe("creator");
      expect(await at().store.findChat(chat.chatId, member.key)).toEqual({ ...seen, standing: "member" });
      const { chatId, title, isPrivate, ownerAlias } = seen;
      const door = { chatId, title, isPrivate, ownerAlias };
      expect(await at().store.findChat(chatId, asker.key)).toMatchObject({ ...door, standing: "asker" });
      expect(await at().store.findChat(chatId, named().key)).toMatchObject({ ...door, standing: "stranger" });
    });

    it("finds what was made and written from another opening", async () => {
      const beside = await at().beside();
      const { chatId, creator } = await givenChat(beside);
      await say(beside, chatId, creator);

      const chat = await at().store.findChat(chatId, creator.key);

      expect(chat.lastSequence).toBe(1);
      expect(chat).toEqual(await beside.findChat(chatId, creator.key));
    });

    it("tells the newest sequence number, also when the history has room for one message", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: 1 });
      for (const text of ["one", "two", "three"]) await say(at().store, chatId, creator, text);

      expect((await at().store.findChat(chatId, creator.key)).lastSequence).toBe(3);
    });
  });

  describe("deleteChat", () => {
    it("deletes a chat for everybody, and no other", async () => {
      const chat = await givenPrivateChat(at().store);
      const other = await givenChat(at().store, {}, chat.creator);
      const member = await givenMember(at().store, chat);

      await at().store.deleteChat(chat.chatId, chat.creator.key);

      expect(await outcomeOf(at().store.findChat(chat.chatId, member.key))).toBe("CHAT_NOT_FOUND");
      expect(await at().store.listChats(member.key, undefined, 10)).toEqual([]);
      const left = await at().store.listChats(chat.creator.key, undefined, 10);
      expect(left.map(({ chatId }) => chatId)).toEqual([other.chatId]);
    });

    it("is seen from another opening at once", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const beside = await at().beside();
      await beside.findChat(chatId, creator.key);

      await at().store.deleteChat(chatId, creator.key);

      expect(await outcomeOf(beside.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
    });
  });
}
