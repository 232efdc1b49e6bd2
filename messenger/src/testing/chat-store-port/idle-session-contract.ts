import { describe, expect, it } from "vitest";
import type { ChatStore } from "../../store/chat-store.ts";
import { atOnce } from "../chat-store/many.ts";
import { outcomeOf } from "../chat-store/outcome.ts";
import { givenChat, givenMember, givenPrivateChat, named, say } from "../chat-store/people.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

const HOUR_MS = 3_600_000;
const IDLE_MS = 48 * HOUR_MS;
/** What is noted of a use may be an hour old. */
const ENDED_MS = IDLE_MS + HOUR_MS;
/** Less than a test takes, so that a clock that runs by itself does not reach the edge. */
const MARGIN_MS = 60_000;

/** Sessions that nobody uses, where they end by that. */
export function idleSessionContract(at: () => StoreUnderTest): void {
  const open = async () => at().open({ sessionsMax: 3, chatsMax: 10, sessionIdleMs: IDLE_MS });
  const pass = async (store: ChatStore, ms: number) => {
    await at().advance(ms);
    await store.sweep();
  };

  describe("touchSession", () => {
    it("finds what findSession finds, and nobody whom nobody made or who was deleted", async () => {
      const { store } = at();
      const { key } = named();
      expect(await store.touchSession(key)).toBeUndefined();

      for (const alias of ["Anna", undefined]) {
        const session = await store.saveSession(key, alias);
        expect(await store.touchSession(key)).toStrictEqual(session);
        await at().advance(2 * HOUR_MS);
        expect(await store.touchSession(key)).toStrictEqual(session);
      }

      await store.deleteSession(key);
      expect(await store.touchSession(key)).toBeUndefined();
      expect(await store.findSession(key)).toBeUndefined();
    });
  });

  describe("a session that nobody uses", () => {
    it("ends, with its chats and all that it was in", async () => {
      await using store = await open();
      const [anna, boris] = [named(), named("Boris")];
      for (const { key, alias } of [anna, boris]) await store.saveSession(key, alias);
      const own = await givenChat(store, {}, anna);
      const other = await givenPrivateChat(store);
      await givenMember(store, other, anna);
      const { accessVersion } = await store.readTail(other.chatId, 0, 10);
      await at().advance(IDLE_MS);
      await store.touchSession(boris.key);

      await pass(store, ENDED_MS - IDLE_MS);

      expect(await store.findSession(anna.key)).toBeUndefined();
      expect(await store.touchSession(anna.key)).toBeUndefined();
      expect(await outcomeOf(store.findChat(own.chatId, anna.key))).toBe("CHAT_NOT_FOUND");
      const members = await store.listMembers(other.chatId, other.creator.key, undefined, 10);
      expect(members.map(({ memberId }) => memberId)).toEqual([other.creator.memberId]);
      expect((await store.readTail(other.chatId, 0, 10)).accessVersion).not.toBe(accessVersion);
      expect(await store.findSession(boris.key)).toMatchObject({ alias: "Boris" });
    });

    it("lives on until then", async () => {
      await using store = await open();
      const anna = named();
      const session = await store.saveSession(anna.key, anna.alias);
      const { chatId } = await givenChat(store, {}, anna);

      await pass(store, IDLE_MS - MARGIN_MS);

      expect(await store.findSession(anna.key)).toEqual(session);
      expect(await outcomeOf(say(store, chatId, anna))).toBe("done");
    });

    it("gives its place back", async () => {
      await using store = await open();
      for (const _ of [1, 2, 3]) await store.saveSession(named().key, "Anna");
      expect(await outcomeOf(store.saveSession(named().key, "Boris"))).toBe("SESSIONS_FULL");

      await pass(store, ENDED_MS);

      for (const _ of [1, 2, 3]) expect(await outcomeOf(store.saveSession(named().key, "Boris"))).toBe("done");
      expect(await outcomeOf(store.saveSession(named().key, "Clara"))).toBe("SESSIONS_FULL");
    });

    it("ends once, whoever sweeps at once", async () => {
      await using store = await open();
      await store.saveSession(named().key, "Anna");
      await at().advance(ENDED_MS);

      await Promise.all(atOnce(5, async () => store.sweep()));

      for (const _ of [1, 2, 3]) expect(await outcomeOf(store.saveSession(named().key, "Boris"))).toBe("done");
      expect(await outcomeOf(store.saveSession(named().key, "Clara"))).toBe("SESSIONS_FULL");
    });

    it("lives on where sessions have no such end", async () => {
      await using store = await at().open({ sessionsMax: 3, chatsMax: 10 });
      const { key } = named();
      const session = await store.saveSession(key, "Anna");

      await pass(store, 400 * 24 * HOUR_MS);

      expect(await store.touchSession(key)).toEqual(session);
    });
  });

  describe("a session that is used", () => {
    it("lives on, however long", async () => {
      await using store = await open();
      const anna = named();
      const session = await store.saveSession(anna.key, anna.alias);
      const { chatId } = await givenChat(store, {}, anna);

      for (const _ of [1, 2, 3, 4]) {
        await pass(store, IDLE_MS - MARGIN_MS);
        expect(await store.touchSession(anna.key)).toEqual(session);
      }

      expect(await outcomeOf(say(store, chatId, anna))).toBe("done");
    });

    it("lives as long again when its last use came soon after one that was noted", async () => {
      await using store = await open();
      const { key } = named();
      const session = await store.saveSession(key, "Anna");
      await at().advance(HOUR_MS - MARGIN_MS);
      await store.touchSession(key);

      await pass(store, IDLE_MS - MARGIN_MS);

      expect(await store.findSession(key)).toEqual(session);
    });

    it("lives on when it is used while it could end, or is gone with everything", async () => {
      await using store = await open();
      const anna = named();
      await store.saveSession(anna.key, anna.alias);
      const { chatId } = await givenChat(store, {}, anna);
      await at().advance(ENDED_MS);

      const [session] = await Promise.all([store.touchSession(anna.key), store.sweep(), store.sweep()]);
      await store.sweep();

      const outcomes = [await outcomeOf(store.findChat(chatId, anna.key)), await store.findSession(anna.key)];
      expect(outcomes).toEqual(session ? ["done", session] : ["CHAT_NOT_FOUND", undefined]);
    });
  });
}
