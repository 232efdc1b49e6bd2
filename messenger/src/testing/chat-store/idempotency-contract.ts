import { describe, expect, it } from "vitest";
import { anonymousName, speakerOf } from "../../domain/speaker.ts";
import { atOnce } from "./many.ts";
import { outcomeOf, tallyOf } from "./outcome.ts";
import { anonymous, givenAsker, givenChat, givenMember, givenPrivateChat, named, say, textsOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

const DAY_MS = 24 * 3_600_000;
const MARGIN_MS = 60_000;

/** Messages that come again. */
export function idempotencyContract(at: () => UnderTest): void {
  describe("an idempotency key", () => {
    it("makes it the same message when it comes again", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const first = await say(at().store, chatId, creator, "hello", "key");
      await at().advance(1_000);

      expect(await say(at().store, chatId, creator, "hello", "key")).toStrictEqual(first);
      expect(await say(await at().beside(), chatId, creator, "hello", "key")).toStrictEqual(first);

      expect(await textsOf(at().store, chatId)).toEqual(["hello"]);
    });

    it("makes one message of many at once", async () => {
      const { chatId } = await givenChat(at().store);
      const [speaker, beside] = [anonymous(), await at().beside()];

      const messages = await Promise.all(
        atOnce(40, async (index) => say(index % 2 === 0 ? at().store : beside, chatId, speaker, "hello", "key")),
      );

      for (const message of messages) expect(message).toEqual(messages[0]);
      expect(await textsOf(at().store, chatId)).toEqual(["hello"]);
      expect((await say(at().store, chatId, anonymous())).author?.alias).toBe(anonymousName(2));
    });

    it("is refused with another text, which is not written", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator, "hello", "key");

      expect(await outcomeOf(say(at().store, chatId, creator, "hallo", "key"))).toBe("IDEMPOTENCY_KEY_REUSED");

      expect(await textsOf(at().store, chatId)).toEqual(["hello"]);
    });

    it("lets one of many texts at once be written", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const beside = await at().beside();

      const calls = atOnce(20, async (index) =>
        say(index % 2 === 0 ? at().store : beside, chatId, creator, `text ${index}`, "key"),
      );

      expect(await tallyOf(calls)).toEqual({ done: 1, IDEMPOTENCY_KEY_REUSED: 19 });
      expect(await textsOf(at().store, chatId)).toHaveLength(1);
    });

    it("is each speaker's own, and each chat's", async () => {
      const [one, other] = [await givenChat(at().store), await givenChat(at().store)];
      const boris = named("Boris");

      await say(at().store, one.chatId, one.creator, "Anna's", "key");
      await say(at().store, one.chatId, boris, "Boris's", "key");
      await say(at().store, other.chatId, boris, "Boris's elsewhere", "key");

      expect(await textsOf(at().store, one.chatId)).toEqual(["Anna's", "Boris's"]);
      expect(await textsOf(at().store, other.chatId)).toEqual(["Boris's elsewhere"]);
    });

    separatorCases(at, [":", "|", "/", ","]);

    it("is nothing to messages without one", async () => {
      const { chatId, creator } = await givenChat(at().store);

      for (const key of [undefined, "key", undefined]) await say(at().store, chatId, creator, "hello", key);

      expect(await textsOf(at().store, chatId)).toEqual(["hello", "hello", "hello"]);
    });

    it("is answered with the first message after that has left the history", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: 1 });
      const first = await say(at().store, chatId, creator, "hello", "key");
      await say(at().store, chatId, creator, "newer");

      expect(await say(at().store, chatId, creator, "hello", "key")).toEqual(first);
      expect(await outcomeOf(say(at().store, chatId, creator, "hallo", "key"))).toBe("IDEMPOTENCY_KEY_REUSED");

      expect(await textsOf(at().store, chatId)).toEqual(["newer"]);
    });

    it("is answered with the first message after the speaker has got another name", async () => {
      const { chatId } = await givenChat(at().store);
      const speaker = anonymous();
      const first = await say(at().store, chatId, speaker, "hello", "key");

      expect(await say(at().store, chatId, { ...speaker, alias: "Boris" }, "hello", "key")).toEqual(first);
    });

    it("is remembered for a day, also by a sweep, and not longer", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const first = await say(at().store, chatId, creator, "hello", "key");

      await at().advance(DAY_MS - MARGIN_MS);
      await at().store.sweep();
      expect(await say(at().store, chatId, creator, "hello", "key")).toEqual(first);

      await at().advance(MARGIN_MS);
      const second = await say(at().store, chatId, creator, "another text", "key");
      expect(second.sequence).toBe(2);
      expect(await say(at().store, chatId, creator, "another text", "key")).toEqual(second);
    });

    it("is forgotten a day later when it was swept, too", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator, "hello", "key");

      await at().advance(DAY_MS);
      await at().store.sweep();

      expect((await say(at().store, chatId, creator, "another text", "key")).sequence).toBe(2);
    });

    it("answers nobody who may not write any more", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      await say(at().store, chat.chatId, member, "hello", "key");
      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);

      expect(await outcomeOf(say(at().store, chat.chatId, member, "hello", "key"))).toBe("NOT_A_MEMBER");
    });

    it("is not used up by what was refused", async () => {
      const chat = await givenPrivateChat(at().store);
      const asker = await givenAsker(at().store, chat);
      expect(await outcomeOf(say(at().store, chat.chatId, asker, "too early", "key"))).toBe("NOT_A_MEMBER");
      await givenMember(at().store, chat, asker);

      expect(await outcomeOf(say(at().store, chat.chatId, asker, "in time", "key"))).toBe("done");
    });
  });
}

/** Keys that would be one if key and speaker were joined by what stands between. */
export function separatorCases(at: () => UnderTest, separators: readonly string[]): void {
  it.each(separators)("is not taken for another's with %j in it", async (between) => {
    const { chatId } = await givenChat(at().store);
    const subject = `f${between}${named().key}`;

    await say(at().store, chatId, speakerOf(subject, "Anna"), "one", `b${between}c`);
    await say(at().store, chatId, speakerOf(`${subject}${between}b`, "Boris"), "two", "c");

    expect(await textsOf(at().store, chatId)).toEqual(["one", "two"]);
  });
}
