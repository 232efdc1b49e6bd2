import { describe, expect, it } from "vitest";
import { atOnce } from "./many.ts";
import { anonymous, givenChat, named, say, timeOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** Making sessions and finding them. */
export function sessionContract(at: () => UnderTest): void {
  describe("saveSession", () => {
    it("makes a session with an alias, now", async () => {
      const { key } = named();
      const from = await timeOf(at().store);

      const session = await at().store.saveSession(key, "Anna");

      expect(session).toEqual({ alias: "Anna", createdAt: expect.any(Date) });
      expect(session.createdAt.getTime()).toBeGreaterThanOrEqual(from);
      expect(session.createdAt.getTime()).toBeLessThanOrEqual(await timeOf(at().store));
      expect(await at().store.findSession(key)).toEqual(session);
    });

    it("makes one without an alias", async () => {
      const { key } = anonymous();

      const session = await at().store.saveSession(key, undefined);

      expect(session).toStrictEqual({ alias: undefined, createdAt: expect.any(Date) });
      expect(await at().store.findSession(key)).toStrictEqual(session);
    });

    it.each([
      ["Anna", "Boris"],
      ["Anna", undefined],
      [undefined, "Anna"],
    ])("gives one whose alias is %s the alias %s instead, and nothing else", async (before, after) => {
      const { key } = named();
      const { createdAt } = await at().store.saveSession(key, before);
      await at().advance(1_000);

      expect(await at().store.saveSession(key, after)).toStrictEqual({ alias: after, createdAt });

      expect(await at().store.findSession(key)).toStrictEqual({ alias: after, createdAt });
    });

    it("makes one session for many calls at once", async () => {
      const { key } = named();
      const beside = await at().beside();

      const sessions = await Promise.all(
        atOnce(20, async (index) => (index % 2 === 0 ? at().store : beside).saveSession(key, "Anna")),
      );

      expect(new Set(sessions.map(({ createdAt }) => createdAt.getTime())).size).toBe(1);
      expect(await at().store.findSession(key)).toEqual(sessions[0]);
    });

    it("changes no name beside what was written and made before", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator, "first");

      await at().store.saveSession(creator.key, "Boris");
      await say(at().store, chatId, { ...creator, alias: "Boris" }, "second");

      const messages = await at().store.listMessages(chatId, creator.key, undefined, 10);
      expect(messages.map(({ author }) => author)).toEqual([
        { memberId: creator.memberId, alias: "Boris" },
        { memberId: creator.memberId, alias: "Anna" },
      ]);
      expect((await at().store.findChat(chatId, creator.key)).ownerAlias).toBe("Anna");
    });

    it("lives on for years", async () => {
      const { key } = named();
      const session = await at().store.saveSession(key, "Anna");

      await at().advance(400 * 24 * 3_600_000);
      await at().store.sweep();

      expect(await at().store.findSession(key)).toEqual(session);
    });
  });

  describe("findSession", () => {
    it("finds nobody whom nobody made", async () => {
      expect(await at().store.findSession(named().key)).toBeUndefined();
    });

    it("finds none for somebody who only made a chat and wrote to it", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator);

      expect(await at().store.findSession(creator.key)).toBeUndefined();
    });

    it("finds what was made from another opening, and not what was deleted there", async () => {
      const { key } = named();
      const beside = await at().beside();
      const session = await beside.saveSession(key, "Anna");
      expect(await at().store.findSession(key)).toEqual(session);

      await beside.deleteSession(key);

      expect(await at().store.findSession(key)).toBeUndefined();
    });
  });
}
