import { describe, expect, it } from "vitest";
import { outcomeOf } from "./outcome.ts";
import { givenChat, givenMember, givenPrivateChat, say, textsOf, timeOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest that the contract lets a chat live. */
const TEN_YEARS_MS = 315_576_000_000;
/** Less than a test takes, so that a clock that runs by itself does not reach the edge. */
const MARGIN_MS = 60_000;

/** How long a chat lives. */
export function ttlContract(at: () => UnderTest): void {
  describe("the time of a chat", () => {
    it("is over at its very end, and not before", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });

      await at().advance(HOUR_MS - MARGIN_MS);
      expect(await outcomeOf(say(at().store, chatId, creator))).toBe("done");

      await at().advance(MARGIN_MS);
      expect(await outcomeOf(say(at().store, chatId, creator))).toBe("CHAT_EXPIRED");
    });

    it("is over for other openings, too, and no list has the chat any more", async () => {
      const chat = await givenPrivateChat(at().store, { ttlMs: HOUR_MS });
      const member = await givenMember(at().store, chat);
      const beside = await at().beside();

      await at().advance(HOUR_MS);

      for (const store of [beside, at().store]) {
        expect(await store.listChats(member.key, undefined, 10)).toEqual([]);
        expect(await store.listChats(chat.creator.key, undefined, 10)).toEqual([]);
        expect(await outcomeOf(store.findChat(chat.chatId, member.key))).toBe("CHAT_EXPIRED");
      }
    });

    it("is remembered for a day, and not longer", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });

      await at().advance(HOUR_MS + DAY_MS - MARGIN_MS);
      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_EXPIRED");
      await at().store.sweep();
      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_EXPIRED");

      await at().advance(MARGIN_MS);
      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
      await at().store.sweep();
      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
    });

    it("is nothing to a chat that was deleted before", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await at().store.deleteChat(chatId, creator.key);

      await at().advance(HOUR_MS);
      await at().store.sweep();

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
    });

    it("may be ten years", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: TEN_YEARS_MS });

      await at().advance(30 * DAY_MS);
      await at().store.sweep();

      const { createdAt, expiresAt } = await at().store.findChat(chatId, creator.key);
      expect(expiresAt?.getTime()).toBe(createdAt.getTime() + TEN_YEARS_MS);
    });

    it("has no end for a chat without one, whatever is swept", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator, "still here");

      await at().advance(30 * DAY_MS);
      await at().store.sweep();

      expect(await textsOf(at().store, chatId)).toEqual(["still here"]);
    });

    it("takes nothing from a chat when another's is swept", async () => {
      const chat = await givenPrivateChat(at().store, { ttlMs: 2 * HOUR_MS });
      const member = await givenMember(at().store, chat);
      await givenChat(at().store, { ttlMs: HOUR_MS }, chat.creator);
      await say(at().store, chat.chatId, member, "still here");
      await at().advance(HOUR_MS);

      await at().store.sweep();

      expect(await textsOf(at().store, chat.chatId)).toEqual(["still here"]);
      expect(await at().store.listChats(chat.creator.key, undefined, 10)).toHaveLength(1);
      expect(await at().store.listChats(member.key, undefined, 10)).toHaveLength(1);
    });
  });

  describe("setTtl", () => {
    it("counts from the moment it is set", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await at().advance(HOUR_MS / 2);
      const from = await timeOf(at().store);

      const { expiresAt } = await at().store.setTtl(chatId, creator.key, HOUR_MS);

      expect(expiresAt?.getTime()).toBeGreaterThanOrEqual(from + HOUR_MS);
      expect(expiresAt?.getTime()).toBeLessThanOrEqual((await timeOf(at().store)) + HOUR_MS);
    });

    it("answers with the chat as it is now, and changes nothing else", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await say(at().store, chatId, creator);
      const before = await at().store.findChat(chatId, creator.key);

      const after = await at().store.setTtl(chatId, creator.key, 2 * HOUR_MS);

      expect(after).toEqual({ ...before, expiresAt: expect.any(Date) });
      expect(await at().store.findChat(chatId, creator.key)).toEqual(after);
    });

    it("lets a chat live longer, also when it is swept at the end of its first time", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await at().store.setTtl(chatId, creator.key, 2 * HOUR_MS);

      await at().advance(2 * HOUR_MS - MARGIN_MS);
      await at().store.sweep();
      expect(await outcomeOf(say(at().store, chatId, creator))).toBe("done");

      await at().advance(MARGIN_MS);
      expect(await outcomeOf(say(at().store, chatId, creator))).toBe("CHAT_EXPIRED");
    });

    it("lets a chat live shorter, or no longer on without an end", async () => {
      const long = await givenChat(at().store, { ttlMs: DAY_MS });
      const endless = await givenChat(at().store);
      for (const { chatId, creator } of [long, endless]) await at().store.setTtl(chatId, creator.key, HOUR_MS);

      await at().advance(HOUR_MS);

      expect(await outcomeOf(say(at().store, long.chatId, long.creator))).toBe("CHAT_EXPIRED");
      expect(await outcomeOf(say(at().store, endless.chatId, endless.creator))).toBe("CHAT_EXPIRED");
    });

    it("lets a chat live on", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });

      expect((await at().store.setTtl(chatId, creator.key, undefined)).expiresAt).toBeUndefined();

      await at().advance(DAY_MS);
      await at().store.sweep();
      expect((await at().store.findChat(chatId, creator.key)).expiresAt).toBeUndefined();
    });

    it("does not wake a chat whose time is over", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await at().advance(HOUR_MS);

      expect(await outcomeOf(at().store.setTtl(chatId, creator.key, undefined))).toBe("CHAT_EXPIRED");

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_EXPIRED");
    });
  });
}
