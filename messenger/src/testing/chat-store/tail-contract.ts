import { describe, expect, it } from "vitest";
import { upTo } from "./many.ts";
import { givenChat, named, say } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

const HISTORY_SIZE = 5;

/** The messages that a follower of a chat is told. */
export function tailContract(at: () => UnderTest): void {
  describe("readTail", () => {
    it("tells the messages as they were written, the oldest first", async () => {
      const { chatId } = await givenChat(at().store);
      const written = [];
      for (const alias of ["Anna", "Boris"]) written.push(await say(at().store, chatId, named(alias)));

      expect((await at().store.readTail(chatId, 0, 10)).messages).toStrictEqual(written);
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

      const { messages } = await at().store.readTail(chatId, after, 10);

      expect(messages.map(({ sequence, text }) => [sequence, text])).toEqual(
        sequences.map((sequence) => [sequence, String(sequence)]),
      );
    });

    it("goes on after what was read before, also when the history has dropped it meanwhile", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      const sequencesAfter = async (after: number) =>
        (await at().store.readTail(chatId, after, 3)).messages.map(({ sequence }) => sequence);
      for (const number of upTo(5)) await say(at().store, chatId, creator, String(number));

      expect(await sequencesAfter(0)).toEqual([1, 2, 3]);
      expect(await sequencesAfter(3)).toEqual([4, 5]);
      for (const number of upTo(12, 6)) await say(at().store, chatId, creator, String(number));

      expect(await sequencesAfter(5)).toEqual([8, 9, 10]);
      expect(await sequencesAfter(10)).toEqual([11, 12]);
    });

    it.each([
      [0, 2, [8, 9]],
      [0, 5, [8, 9, 10, 11, 12]],
      [9, 1, [10]],
      [11, 3, [12]],
    ])("tells after %i at most %i messages, the oldest of them", async (after, limit, sequences) => {
      const { chatId, creator } = await givenChat(at().store, { historySize: HISTORY_SIZE });
      for (const number of upTo(12)) await say(at().store, chatId, creator, String(number));

      const { messages } = await at().store.readTail(chatId, after, limit);

      expect(messages.map(({ sequence }) => sequence)).toEqual(sequences);
    });

    it("tells from another opening what was just written", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const beside = await at().beside();

      for (const number of upTo(5)) {
        const message = await say(at().store, chatId, creator);
        expect((await beside.readTail(chatId, number - 1, 10)).messages).toEqual([message]);
      }
    });
  });
}
