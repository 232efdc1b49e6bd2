import { describe, expect, it } from "vitest";
import { atOnce, upTo } from "./many.ts";
import { outcomeOf, tallyOf } from "./outcome.ts";
import { anonymous, givenAsker, givenChat, givenMember, givenPrivateChat, named, say } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

const WRITES = 120;

/** Many at once, from two openings. */
export function concurrencyContract(at: () => UnderTest): void {
  const openings = async () => [at().store, await at().beside()] as const;

  describe("many at once", () => {
    it("write messages without a gap, in the order that everybody reads", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: WRITES });
      const [one, two] = await openings();

      const written = await Promise.all(
        atOnce(WRITES, async (index) => say(index % 2 === 0 ? one : two, chatId, named(), `message ${index}`)),
      );

      const { messages } = await one.readTail(chatId, 0, WRITES);
      expect(messages.map(({ sequence }) => sequence)).toEqual(upTo(WRITES));
      expect(messages).toEqual(written.toSorted((a, b) => a.sequence - b.sequence));
      expect(await two.listMessages(chatId, creator.key, undefined, WRITES)).toEqual(messages.toReversed());
      const times = messages.map(({ sentAt }) => sentAt.getTime());
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });

    it("write to a history that is trimmed all the while", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: 10 });
      const [one, two] = await openings();

      const written = await Promise.all(
        atOnce(WRITES, async (index) => say(index % 2 === 0 ? one : two, chatId, creator, `message ${index}`)),
      );

      const ordered = written.toSorted((a, b) => a.sequence - b.sequence);
      expect(ordered.map(({ sequence }) => sequence)).toEqual(upTo(WRITES));
      for (const store of [one, two]) {
        expect((await store.readTail(chatId, 0, WRITES)).messages).toEqual(ordered.slice(-10));
        expect((await store.findChat(chatId, creator.key)).lastSequence).toBe(WRITES);
      }
    });

    it("write while others follow, who read each message once and in order", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: WRITES });
      const [one, two] = await openings();
      const follow = async (store: typeof one): Promise<number[]> => {
        const read: number[] = [];
        while (read.length < WRITES) {
          const { messages } = await store.readTail(chatId, read.length, 7);
          read.push(...messages.map(({ sequence }) => sequence));
          // Lets those who write to a store without input and output have their turn.
          await new Promise(setImmediate);
        }
        return read;
      };

      const [first, second] = await Promise.all([
        follow(one),
        follow(two),
        ...atOnce(WRITES, async (index) => say(index % 2 === 0 ? one : two, chatId, creator)),
      ]);

      expect(first).toEqual(upTo(WRITES));
      expect(second).toEqual(upTo(WRITES));
    });

    it("delete a chat once", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const [one, two] = await openings();

      const calls = atOnce(20, async (index) => (index % 2 === 0 ? one : two).deleteChat(chatId, creator.key));

      expect(await tallyOf(calls)).toEqual({ done: 1, CHAT_NOT_FOUND: 19 });
    });

    it("let somebody in once", async () => {
      const chat = await givenPrivateChat(at().store);
      const { memberId } = await givenAsker(at().store, chat);
      const [one, two] = await openings();

      const calls = atOnce(20, async (index) =>
        (index % 2 === 0 ? one : two).decideJoinRequest(chat.chatId, chat.creator.key, memberId, "admit"),
      );

      expect(await tallyOf(calls)).toEqual({ done: 1, JOIN_REQUEST_NOT_FOUND: 19 });
      expect(await at().store.listMembers(chat.chatId, chat.creator.key, undefined, 10)).toHaveLength(2);
    });

    it("let in or turn away, and one of them counts", async () => {
      const chat = await givenPrivateChat(at().store);
      const asker = await givenAsker(at().store, chat);
      const [one, two] = await openings();
      const decide = async (store: typeof one, decision: "admit" | "decline") =>
        outcomeOf(store.decideJoinRequest(chat.chatId, chat.creator.key, asker.memberId, decision));

      const [admitted, declined] = await Promise.all([decide(one, "admit"), decide(two, "decline")]);

      expect([admitted, declined].toSorted()).toEqual(["JOIN_REQUEST_NOT_FOUND", "done"]);
      const { standing } = await at().store.findChat(chat.chatId, asker.key);
      expect(standing).toBe(admitted === "done" ? "member" : "stranger");
    });

    it("put somebody out once", async () => {
      const chat = await givenPrivateChat(at().store);
      const { memberId } = await givenMember(at().store, chat);
      const [one, two] = await openings();

      const calls = atOnce(20, async (index) =>
        (index % 2 === 0 ? one : two).removeMember(chat.chatId, chat.creator.key, memberId),
      );

      expect(await tallyOf(calls)).toEqual({ done: 1, MEMBER_NOT_FOUND: 19 });
    });

    it("write while they are put out, and nothing after that", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      const [one, two] = await openings();
      const writes = tallyOf(atOnce(30, async () => say(two, chat.chatId, member)));

      await one.removeMember(chat.chatId, chat.creator.key, member.memberId);
      const { lastSequence } = await one.findChat(chat.chatId, chat.creator.key);

      const { done = 0, NOT_A_MEMBER = 0 } = await writes;
      expect(done).toBe(lastSequence);
      expect(done + NOT_A_MEMBER).toBe(30);
    });

    it("write to a chat while it is deleted, and nothing is left of it", async () => {
      const { chatId, creator, asked } = await givenChat(at().store);
      const [one, two] = await openings();
      const write = async (index: number) => say(index % 2 === 0 ? one : two, chatId, anonymous(), "x", "key");
      const writes = tallyOf(atOnce(40, write));

      await one.deleteChat(chatId, creator.key);

      const { done = 0, CHAT_NOT_FOUND = 0 } = await writes;
      expect(done + CHAT_NOT_FOUND).toBe(40);
      expect(await outcomeOf(two.readTail(chatId, 0, 10))).toBe("CHAT_NOT_FOUND");
      expect(await two.createChat(creator, asked)).toMatchObject({ chatId, lastSequence: 0 });
      expect((await one.readTail(chatId, 0, 10)).messages).toEqual([]);
    });

    it("sweep while chats are made and written to", async () => {
      const [one, two] = await openings();
      const given = await givenChat(one, { ttlMs: 1_000 });
      await at().advance(1_000);

      const chats = await Promise.all(
        atOnce(20, async (index) => {
          if (index % 4 === 0) await two.sweep();
          const chat = await givenChat(index % 2 === 0 ? one : two, { ttlMs: 60_000 });
          await say(one, chat.chatId, chat.creator);
          return chat;
        }),
      );

      for (const { chatId, creator } of chats) {
        expect((await two.findChat(chatId, creator.key)).lastSequence).toBe(1);
      }
      expect(await outcomeOf(one.findChat(given.chatId, given.creator.key))).toBe("CHAT_EXPIRED");
    });
  });
}
