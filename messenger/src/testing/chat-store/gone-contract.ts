import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { anonymousName } from "../../domain/speaker.ts";
import { CALLS } from "./calls.ts";
import { DAY_MS, ENDS, givenMortalChat, HOUR_MS } from "./ends.ts";
import { outcomeOf } from "./outcome.ts";
import { anonymous, named, say, textsOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** A chat that is not there, for whatever reason: no function knows it, and its creator may make it again. */
export function goneContract(at: () => UnderTest): void {
  describe.each(Object.entries(CALLS))("%s", (_, call) => {
    it.each(ENDS)("rejects for everybody when the chat %s: %s", async (_, outcome, end) => {
      const chat = await givenMortalChat(at());
      const { chatId, creator, member, asker } = chat;

      await end(at(), chat);

      for (const caller of [creator, member, asker, named()]) {
        expect(await outcomeOf(call(at().store, chatId, caller))).toBe(outcome);
      }
      expect(await outcomeOf(call(await at().beside(), chatId, creator))).toBe(outcome);
    });

    it("rejects when there never was such a chat", async () => {
      expect(await outcomeOf(call(at().store, randomUUID(), named()))).toBe("CHAT_NOT_FOUND");
    });
  });

  describe("createChat", () => {
    it.each(ENDS)("makes a fresh chat of the id of one that %s", async (_, _outcome, end) => {
      const before = await givenMortalChat(at());
      const { chatId, creator, asked, member, asker } = before;
      await end(at(), before);

      const chat = await at().store.createChat(creator, { ...asked, title: "Afresh", ttlMs: undefined });

      expect(chat).toMatchObject({ chatId, title: "Afresh", lastSequence: 0, standing: "creator" });
      expect(chat.expiresAt).toBeUndefined();
      expect(await textsOf(at().store, chatId)).toEqual([]);
      for (const { key } of [member, asker]) {
        expect((await at().store.findChat(chatId, key)).standing).toBe("stranger");
        expect(await at().store.listChats(key, undefined, 10)).toEqual([]);
      }
      expect(await at().store.listMembers(chatId, creator.key, undefined, 10)).toHaveLength(1);
      expect(await at().store.listJoinRequests(chatId, creator.key, undefined, 10)).toEqual([]);
      expect(await at().store.listChats(creator.key, undefined, 10)).toHaveLength(1);
    });

    it.each(ENDS)("numbers and remembers anew in the place of one that %s", async (_, _outcome, end) => {
      const before = await givenMortalChat(at());
      const { chatId, creator, asked, member } = before;
      await end(at(), before);

      await at().store.createChat(creator, { ...asked, isPrivate: false, ttlMs: undefined });
      const first = await say(at().store, chatId, anonymous(), "anonymous");
      const again = await say(at().store, chatId, member, "another text", "key");

      expect(first).toMatchObject({ sequence: 1, author: { alias: anonymousName(1) } });
      expect(again).toMatchObject({ sequence: 2, author: { alias: anonymousName(2) } });
      expect(await textsOf(at().store, chatId)).toEqual(["anonymous", "another text"]);
    });

    it("makes a chat of the id of an expired one that lives on when that is swept", async () => {
      const { chatId, creator, asked } = await givenMortalChat(at());
      await at().advance(HOUR_MS);
      await at().store.createChat(creator, { ...asked, ttlMs: undefined });

      await at().store.sweep();
      await at().advance(DAY_MS);
      await at().store.sweep();

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("done");
    });

    it("makes a chat of the id of an expired one that is not found when it is deleted", async () => {
      const { chatId, creator, asked } = await givenMortalChat(at());
      await at().advance(HOUR_MS);
      await at().store.createChat(creator, { ...asked, ttlMs: undefined });

      await at().store.deleteChat(chatId, creator.key);

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
    });
  });
}
