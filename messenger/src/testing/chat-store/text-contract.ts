import { describe, expect, it } from "vitest";
import { speakerOf } from "../../domain/speaker.ts";
import { outcomeOf } from "./outcome.ts";
import { givenAsker, givenChat, givenMember, givenPrivateChat, named, say } from "./people.ts";
import type { UnderTest } from "./under-test.ts";
import { INVISIBLE, KEYS, UNPRINTABLE, VISIBLE } from "./words.ts";

const WORDS = { ...VISIBLE, ...INVISIBLE, ...UNPRINTABLE };

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
export function textContract(at: () => UnderTest): void {
  describe("a text", () => {
    it.each(Object.entries(TEXTS))("comes back as it went in: %s", async (_, text) => {
      const { chatId, creator } = await givenPrivateChat(at().store);

      const message = await say(at().store, chatId, creator, text, "key");

      expect(message.text).toBe(text);
      expect((await (await at().beside()).readTail(chatId, 0, 10)).messages[0]?.text).toBe(text);
      expect(await at().store.listMessages(chatId, creator.key, undefined, 10)).toEqual([message]);
      expect(await say(at().store, chatId, creator, text, "key")).toEqual(message);
      expect(await outcomeOf(say(at().store, chatId, creator, almost(text), "key"))).toBe("IDEMPOTENCY_KEY_REUSED");
    });

    nameCases(at, { ...VISIBLE, ...INVISIBLE });
    aliasCases(at, VISIBLE);
    keyCases(at, KEYS);

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

export function nameCases(at: () => UnderTest, words: Record<string, string>): void {
  it.each(Object.entries(words))("names a chat and a speaker: %s", async (_, word) => {
    const chat = await givenPrivateChat(at().store, { title: word });
    const member = await givenMember(at().store, chat, named(word));
    const asker = await givenAsker(at().store, chat, named(word));
    const message = await say(at().store, chat.chatId, member);
    const beside = await at().beside();

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
    expect((await givenChatOf(at(), word)).ownerAlias).toBe(word);
  });
}

export function aliasCases(at: () => UnderTest, words: Record<string, string>): void {
  it.each(Object.entries(words))("is the alias of a session: %s", async (_, word) => {
    const { key } = named();

    const session = await at().store.saveSession(key, word);

    expect(session.alias).toBe(word);
    expect(await (await at().beside()).findSession(key)).toEqual(session);
  });
}

export function keyCases(at: () => UnderTest, words: Record<string, string>): void {
  it.each(Object.entries(words))("is an idempotency key: %s", async (_, word) => {
    const { chatId, creator } = await givenPrivateChat(at().store);
    const beside = await at().beside();

    const message = await say(at().store, chatId, creator, "hello", word);

    expect(await say(beside, chatId, creator, "hello", word)).toEqual(message);
    expect((await say(beside, chatId, creator, "hello", `${word}.`)).sequence).toBe(2);
  });
}

async function givenChatOf({ store }: UnderTest, alias: string) {
  const { chatId, creator } = await givenChat(store, {}, named(alias));
  return store.findChat(chatId, creator.key);
}

/** The same but for its last letter. */
function almost(text: string): string {
  return text.replace(/.$/su, ".");
}
