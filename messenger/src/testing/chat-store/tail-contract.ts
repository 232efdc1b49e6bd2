import { describe, expect, it } from "vitest";
import type { StoreUnderTest } from "../chat-store-contract.ts";
import { upTo } from "./many.ts";
import { givenChat, givenMember, givenPrivateChat, named, say } from "./people.ts";

const HISTORY_SIZE = 5;
const HOUR_MS = 3_600_000;

/** What a reader who follows a chat is told. */
export function tailContract(at: () => StoreUnderTest): void {
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

    it("tells the messages as they were written, the oldest first", async () => {
      const { chatId } = await givenChat(at().store);
      const written = [];
      for (const alias of ["Anna", "Boris"]) written.push(await say(at().store, chatId, named(alias)));

      const tail = await at().store.readTail(chatId, 0, 10);

      expect(tail).toMatchObject({ firstSequence: 1, lastSequence: 2 });
      expect(tail.messages).toStrictEqual(written);
    });

    it.each([
      ["before everything", 0, [8, 9, 10, 11, 12]],
      ["before the kept history", 5, [8, 9, 10, 11, 12]],
      ["at the edge of the kept history", 7, [8, 9, 10, 11, 12]],
      ["in the kept history", 9, [10, 11, 12]],
      ["at the end", 12, []],
      ["beyond the end", 40, []],
    ])("goes on %s", async (_, after, sequences) => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, String(number));

      const tail = await at().store.readTail(chatId, after, 10);

      expect(tail).toMatchObject({ firstSequence: 8, lastSequence: 12 });
      expect(tail.messages.map(({ sequence, text }) => [sequence, text])).toEqual(
        sequences.map((sequence) => [sequence, String(sequence)]),
      );
    });

    it.each([
      [0, 2, [8, 9]],
      [0, 5, [8, 9, 10, 11, 12]],
      [9, 1, [10]],
      [11, 3, [12]],
    ])("tells after %i at most %i messages, the oldest of them", async (after, limit, sequences) => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, String(number));

      const tail = await at().store.readTail(chatId, after, limit);

      expect(tail.messages.map(({ sequence }) => sequence)).toEqual(sequences);
      expect(tail).toMatchObject({ firstSequence: 8, lastSequence: 12 });
    });

    it("tells from another opening what was just written", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const beside = await at().beside();

      for (const number of upTo(5)) {
        const message = await say(at().store, chatId, creator);
        expect((await beside.readTail(chatId, number - 1, 10)).messages).toEqual([message]);
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
