import { describe, expect, it } from "vitest";
import { HOUR_MS } from "../chat-store/ends.ts";
import { atOnce, upTo } from "../chat-store/many.ts";
import { givenChat, givenMember, givenPrivateChat, say } from "../chat-store/people.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

const HISTORY_SIZE = 5;
const WRITES = 60;

/** What a stream is told beside the messages: where the history begins and ends, how long it lives, and whom to look at again. */
export function followerTailContract(at: () => StoreUnderTest): void {
  describe("readTail", () => {
    it("tells of a chat without messages", async () => {
      const { chatId } = await givenChat(at().store);

      expect(await at().store.readTail(chatId, 0, 10)).toStrictEqual({
        messages: [],
        firstSequence: 1,
        lastSequence: 0,
        accessVersion: expect.any(Number),
        expiresInMs: undefined,
      });
    });

    it.each([
      [0, 10],
      [0, 2],
      [5, 10],
      [7, 10],
      [9, 1],
      [12, 10],
      [40, 10],
    ])("tells the first and the last that are kept, also after %i and with at most %i", async (after, limit) => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, String(number));

      expect(await at().store.readTail(chatId, after, limit)).toMatchObject({ firstSequence: 8, lastSequence: 12 });
    });

    it("tells the first and the last also after many were written at once", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      const openings = [at().store, await at().beside()];

      await Promise.all(openings.flatMap((store) => atOnce(WRITES / 2, async () => say(store, chatId, creator))));

      for (const store of openings) {
        const { firstSequence, lastSequence } = await store.readTail(chatId, 0, WRITES);
        expect([firstSequence, lastSequence]).toEqual([WRITES - HISTORY_SIZE + 1, WRITES]);
      }
    });

    it("tells how long the chat still lives", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await at().advance(HOUR_MS / 2);

      const { expiresInMs } = await at().store.readTail(chatId, 0, 10);

      expect(expiresInMs).toBeGreaterThan(HOUR_MS / 2 - 60_000);
      expect(expiresInMs).toBeLessThanOrEqual(HOUR_MS / 2);
      await at().store.setTtl(chatId, creator.key, 2 * HOUR_MS);
      const after = await at().store.readTail(chatId, 0, 10);
      expect(after.expiresInMs).toBeGreaterThan(2 * HOUR_MS - 60_000);
      expect(after.expiresInMs).toBeLessThanOrEqual(2 * HOUR_MS);
    });

    it("tells no end of a chat that was let live on", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: HOUR_MS });
      await at().store.setTtl(chatId, creator.key, undefined);
      await at().advance(HOUR_MS);
      await at().store.sweep();

      expect((await at().store.readTail(chatId, 0, 10)).expiresInMs).toBeUndefined();
    });

    it("tells another access version whenever somebody was put out, left, or ended the session", async () => {
      const chat = await givenPrivateChat(at().store);
      const members = [];
      for (const _ of [1, 2, 3]) members.push(await givenMember(at().store, chat));
      const beside = await at().beside();
      const version = async () => (await beside.readTail(chat.chatId, 0, 10)).accessVersion;
      const versions = [await version()];
      expect(await version()).toBe(versions[0]);

      const [put, leaving, ending] = members.map(({ key, memberId }) => ({ key, memberId }));
      await at().store.removeMember(chat.chatId, chat.creator.key, put?.memberId ?? "");
      versions.push(await version());
      await at().store.removeMember(chat.chatId, leaving?.key ?? "", leaving?.memberId ?? "");
      versions.push(await version());
      await at().store.deleteSession(ending?.key ?? "");
      versions.push(await version());

      expect(new Set(versions).size).toBe(4);
    });
  });
}
