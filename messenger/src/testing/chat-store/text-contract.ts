import { describe, expect, it } from "vitest";
import { speakerOf } from "../../domain/speaker.ts";
import type { StoreUnderTest } from "../chat-store-contract.ts";
import { outcomeOf } from "./outcome.ts";
import { givenAsker, givenMember, givenPrivateChat, named, say } from "./people.ts";

/** What a store must not read as anything but text; short enough for an alias. */
const WORDS: Record<string, string> = {
  "single quotes": "O'Brien''s; drop table chats; --",
  "double quotes": 'the "otter", ""',
  backslashes: "C:\\temp\\new \\\\ \\u0041 \\",
  "letters beyond the BMP": "🦦👩‍👩‍👧‍👦𝔘𠮷",
  "combining and right-to-left": "e\u0301 שלום \u202E abc",
  JSON: '{"a":[1,null],"b":"\\""}',
  "the text of JSON's null": "null",
  Lua: "]] .. redis.call('FLUSHALL') --[[",
  placeholders: "$1 $2 ${x} %s %d ? :id @p1",
  braces: "{braces}{tag} {",
  "a number": "0012.50",
  "a large number": "90071992547409931234",
  "an object's properties": "__proto__ constructor",
  "a glob": "* ? [a-z] % _",
  "a field separator": "a:b|c,d;e\u001Ff",
  HTML: "<b onclick=x>&amp;</b>",
};

/** The same for a message alone. */
const TEXTS: Record<string, string> = {
  ...WORDS,
  "line breaks": "one\ntwo\r\nthree\r\tfour\u2028five\n",
  "spaces around it": "  otter  ",
  "4,000 letters": "я".repeat(4_000),
  "4,000 letters beyond the BMP": "🦦".repeat(4_000),
  "4,000 quotes and backslashes": "'\"\\\n".repeat(1_000),
  "control characters": "\u0001\u0007\u001B[31m\u007F",
};

/** Texts come back as they went in, wherever they stand. */
export function textContract(at: () => StoreUnderTest): void {
  describe("a text", () => {
    it.each(Object.entries(TEXTS))("comes back as it went in: %s", async (_, text) => {
      const { chatId, creator } = await givenPrivateChat(at().store);

      const message = await say(at().store, chatId, creator, text, "key");

      expect(message.text).toBe(text);
      expect((await (await at().beside()).readTail(chatId, 0, 10)).messages[0]?.text).toBe(text);
      expect(await at().store.listMessages(chatId, creator.key, undefined, 10)).toEqual([message]);
      expect(await say(at().store, chatId, creator, text, "key")).toEqual(message);
      expect(await outcomeOf(say(at().store, chatId, creator, `${text}.`, "key"))).toBe("IDEMPOTENCY_KEY_REUSED");
    });

    it.each(Object.entries(WORDS))("names a chat, a speaker and a key: %s", async (_, word) => {
      const chat = await givenPrivateChat(at().store, { title: word });
      const member = await givenMember(at().store, chat, named(word));
      const asker = await givenAsker(at().store, chat, named(word));
      const [session, message] = [
        await at().store.saveSession(member.key, word),
        await say(at().store, chat.chatId, member, "hello", word),
      ];
      const beside = await at().beside();

      expect(session.alias).toBe(word);
      expect(await beside.findSession(member.key)).toEqual(session);
      expect((await beside.findChat(chat.chatId, member.key)).title).toBe(word);
      expect((await beside.listChats(member.key, undefined, 10))[0]?.title).toBe(word);
      const members = await beside.listMembers(chat.chatId, member.key, undefined, 10);
      expect(members.find(({ memberId }) => memberId === member.memberId)?.alias).toBe(word);
      expect((await beside.listJoinRequests(chat.chatId, chat.creator.key, undefined, 10))[0]).toMatchObject({
        memberId: asker.memberId,
        alias: word,
      });
      expect(message.author?.alias).toBe(word);
      expect((await beside.readTail(chat.chatId, 0, 10)).messages).toEqual([message]);
      expect(await say(beside, chat.chatId, member, "hello", word)).toEqual(message);
      expect((await say(beside, chat.chatId, member, "hello", `${word}.`)).sequence).toBe(2);
    });

    it.each(Object.entries(WORDS))("is the subject of an access token: %s", async (_, word) => {
      const [mine, others] = [await givenPrivateChat(at().store), await givenPrivateChat(at().store)];
      const speaker = speakerOf(`${word}${mine.chatId}`, undefined);
      await at().store.saveSession(speaker.key, "Anna");
      await givenMember(at().store, mine, speaker);
      await givenAsker(at().store, others, speaker);

      expect(await at().store.findSession(speaker.key)).toMatchObject({ alias: "Anna" });
      expect((await at().store.findChat(mine.chatId, speaker.key)).standing).toBe("member");
      expect((await say(at().store, mine.chatId, speaker)).author?.memberId).toBe(speaker.memberId);
      await at().store.deleteSession(speaker.key);

      expect(await at().store.findSession(speaker.key)).toBeUndefined();
      expect((await at().store.findChat(mine.chatId, speaker.key)).standing).toBe("stranger");
      expect((await at().store.findChat(others.chatId, speaker.key)).standing).toBe("stranger");
    });
  });
}
