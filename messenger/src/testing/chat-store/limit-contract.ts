import { describe, expect, it } from "vitest";
import { JOIN_REQUESTS_MAX } from "../../domain/limits.ts";
import { anonymousName } from "../../domain/speaker.ts";
import { atOnce, inBatches } from "./many.ts";
import { outcomeOf, tallyOf } from "./outcome.ts";
import { anonymous, givenChat, givenPrivateChat, named, someChat } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

const FEW = { sessionsMax: 3, chatsMax: 3 };
const HOUR_MS = 3_600_000;

/** What has no room, and what makes room. */
export function limitContract(at: () => UnderTest): void {
  describe("saveSession", () => {
    it("makes one of a hundred at once when there is room for one", async () => {
      await using store = await at().open(FEW);
      for (const _ of [1, 2]) await store.saveSession(named().key, "Anna");

      const calls = atOnce(100, async () => store.saveSession(named().key, "Boris"));

      expect(await tallyOf(calls)).toEqual({ done: 1, SESSIONS_FULL: 99 });
    });

    it("takes one place for one key, however often it is saved, and at once", async () => {
      await using store = await at().open(FEW);
      const { key } = named();

      await Promise.all(atOnce(20, async () => store.saveSession(key, "Anna")));

      const calls = atOnce(5, async () => store.saveSession(named().key, "Boris"));
      expect(await tallyOf(calls)).toEqual({ done: 2, SESSIONS_FULL: 3 });
    });

    it("gives one that is there another alias when there is no room for one more", async () => {
      await using store = await at().open(FEW);
      const keys = [named().key, named().key, named().key];
      for (const key of keys) await store.saveSession(key, "Anna");

      expect(await store.saveSession(keys[0] ?? "", "Boris")).toMatchObject({ alias: "Boris" });
      expect(await outcomeOf(store.saveSession(named().key, "Clara"))).toBe("SESSIONS_FULL");
      expect(await store.findSession(keys[0] ?? "")).toMatchObject({ alias: "Boris" });
    });

    it("has room again after one was deleted, once", async () => {
      await using store = await at().open(FEW);
      const keys = [named().key, named().key, named().key];
      for (const key of keys) await store.saveSession(key, "Anna");

      await Promise.all(atOnce(5, async () => store.deleteSession(keys[0] ?? "")));
      await store.deleteSession(named().key);

      const calls = atOnce(5, async () => store.saveSession(named().key, "Boris"));
      expect(await tallyOf(calls)).toEqual({ done: 1, SESSIONS_FULL: 4 });
    });
  });

  describe("createChat", () => {
    it("makes one of a hundred at once when there is room for one", async () => {
      await using store = await at().open(FEW);
      for (const _ of [1, 2]) await givenChat(store);

      expect(await tallyOf(atOnce(100, async () => givenChat(store)))).toEqual({ done: 1, CHATS_FULL: 99 });
    });

    it("takes one place for one chat, however often it comes, and at once", async () => {
      await using store = await at().open(FEW);
      const [anna, chat] = [named(), someChat()];

      await Promise.all(atOnce(20, async () => store.createChat(anna, chat)));

      expect(await tallyOf(atOnce(5, async () => givenChat(store)))).toEqual({ done: 2, CHATS_FULL: 3 });
    });

    it("gives back one that is there when there is no room for one more", async () => {
      await using store = await at().open(FEW);
      const [anna, chat] = [named(), someChat()];
      const made = await store.createChat(anna, chat);
      for (const _ of [1, 2]) await givenChat(store);

      expect(await store.createChat(anna, chat)).toEqual(made);
      expect(await outcomeOf(givenChat(store))).toBe("CHATS_FULL");
    });

    it("has room again after one was deleted", async () => {
      await using store = await at().open(FEW);
      const { chatId, creator } = await givenChat(store);
      for (const _ of [1, 2]) await givenChat(store);

      await tallyOf(atOnce(5, async () => store.deleteChat(chatId, creator.key)));

      expect(await tallyOf(atOnce(5, async () => givenChat(store)))).toEqual({ done: 1, CHATS_FULL: 4 });
    });

    it("has room again after a session was deleted, for all of its chats", async () => {
      await using store = await at().open(FEW);
      const { creator } = await givenChat(store);
      await givenChat(store, { ttlMs: HOUR_MS }, creator);
      await givenChat(store);

      await store.deleteSession(creator.key);

      expect(await tallyOf(atOnce(5, async () => givenChat(store)))).toEqual({ done: 2, CHATS_FULL: 3 });
    });

    it("has room again when one has expired, which nothing swept, and after a sweep no more than that", async () => {
      await using store = await at().open(FEW);
      for (const ttlMs of [HOUR_MS, HOUR_MS, undefined]) await givenChat(store, { ttlMs });
      expect(await outcomeOf(givenChat(store))).toBe("CHATS_FULL");

      await at().advance(HOUR_MS);

      expect(await outcomeOf(givenChat(store))).toBe("done");
      await store.sweep();
      expect(await tallyOf(atOnce(5, async () => givenChat(store)))).toEqual({ done: 1, CHATS_FULL: 4 });
    });

    it("has room again when the time that was set for one is over, which nothing swept", async () => {
      await using store = await at().open(FEW);
      const { chatId, creator } = await givenChat(store);
      for (const ttlMs of [undefined, 2 * HOUR_MS]) await givenChat(store, { ttlMs });
      await store.setTtl(chatId, creator.key, HOUR_MS);

      await at().advance(HOUR_MS);

      expect(await tallyOf(atOnce(5, async () => givenChat(store)))).toEqual({ done: 1, CHATS_FULL: 4 });
    });

    it("has room for exactly as many at once as have expired", async () => {
      await using store = await at().open(FEW);
      for (const ttlMs of [HOUR_MS, HOUR_MS, undefined]) await givenChat(store, { ttlMs });
      await at().advance(HOUR_MS);

      const calls = atOnce(50, async (index) => (index === 25 ? store.sweep() : givenChat(store)));

      expect(await tallyOf(calls)).toEqual({ done: 3, CHATS_FULL: 47 });
    });

    it("has room for the chat of the id of one that has expired, and for no other", async () => {
      await using store = await at().open(FEW);
      const { chatId, creator, asked } = await givenChat(store, { ttlMs: HOUR_MS });
      for (const _ of [1, 2]) await givenChat(store);
      await at().advance(HOUR_MS);

      expect(await store.createChat(creator, { ...asked, ttlMs: undefined })).toMatchObject({ chatId });

      expect(await outcomeOf(givenChat(store))).toBe("CHATS_FULL");
      await store.sweep();
      expect(await outcomeOf(givenChat(store))).toBe("CHATS_FULL");
    });

    it("has no room given back by a chat that was deleted and whose time would be over later", async () => {
      await using store = await at().open(FEW);
      const { chatId, creator } = await givenChat(store, { ttlMs: HOUR_MS });
      await store.deleteChat(chatId, creator.key);
      for (const _ of [1, 2, 3]) await givenChat(store);

      await at().advance(HOUR_MS);
      await store.sweep();

      expect(await outcomeOf(givenChat(store))).toBe("CHATS_FULL");
    });

    it("has no room where a chat's time was given another end", async () => {
      await using store = await at().open(FEW);
      for (const ttlMs of [HOUR_MS, 2 * HOUR_MS]) {
        const { chatId, creator } = await givenChat(store, { ttlMs: HOUR_MS });
        await store.setTtl(chatId, creator.key, ttlMs === HOUR_MS ? undefined : ttlMs);
      }
      await givenChat(store);

      await at().advance(HOUR_MS);

      expect(await outcomeOf(givenChat(store))).toBe("CHATS_FULL");
    });
  });

  describe("requestToJoin", () => {
    it("lets a thousand wait, whoever asks at once, and one more for each who was decided about", async () => {
      const { chatId, creator } = await givenPrivateChat(at().store);
      await inBatches(JOIN_REQUESTS_MAX - 10, async () => at().store.requestToJoin(chatId, named()));
      const waiting = anonymous();
      const first = await at().store.requestToJoin(chatId, waiting);

      const calls = atOnce(50, async () => at().store.requestToJoin(chatId, named()));
      expect(await tallyOf(calls)).toEqual({ done: 9, JOIN_REQUESTS_FULL: 41 });
      expect(await outcomeOf(at().store.requestToJoin(chatId, anonymous()))).toBe("JOIN_REQUESTS_FULL");

      expect(await at().store.requestToJoin(chatId, waiting)).toEqual(first);
      await at().store.decideJoinRequest(chatId, creator.key, waiting.memberId, "decline");
      const next = await at().store.requestToJoin(chatId, anonymous());
      expect(next.alias).toBe(anonymousName(2));
      expect(await outcomeOf(at().store.requestToJoin(chatId, named()))).toBe("JOIN_REQUESTS_FULL");
    });
  });
}
