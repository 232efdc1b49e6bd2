import { describe, expect, it } from "vitest";
import { anonymousName, type Speaker } from "../../domain/speaker.ts";
import { atOnce, upTo } from "./many.ts";
import { outcomeOf } from "./outcome.ts";
import { anonymous, givenAsker, givenChat, givenMember, givenPrivateChat, named, say } from "./people.ts";
import type { CallerStore, UnderTest } from "./under-test.ts";

/** "Аноним #N". */
export function anonymousContract(at: () => UnderTest): void {
  describe("a speaker without an alias", () => {
    it("gets the next number at the first message, and keeps it", async () => {
      const { chatId } = await givenChat(at().store);
      const [one, two] = [anonymous(), anonymous()];

      const names = [];
      for (const speaker of [one, named(), two, one, two]) names.push(await nameOf(at().store, chatId, speaker));

      expect(names).toEqual([1, undefined, 2, 1, 2].map((number) => (number ? anonymousName(number) : "Anna")));
    });

    it("is #1 when they made the chat, also where others write first", async () => {
      const creator = anonymous();
      const { chatId } = await givenChat(at().store, {}, creator);

      expect(await nameOf(at().store, chatId, anonymous())).toBe(anonymousName(2));
      expect(await nameOf(at().store, chatId, creator)).toBe(anonymousName(1));
      expect((await at().store.findChat(chatId, named().key)).ownerAlias).toBe(anonymousName(1));
      expect(await at().store.listMembers(chatId, creator.key, undefined, 10)).toMatchObject([
        { alias: anonymousName(1) },
      ]);
    });

    it("gets the number at the first join request, and keeps it when let in", async () => {
      const chat = await givenPrivateChat(at().store);
      const [one, two] = [anonymous(), anonymous()];
      expect((await at().store.requestToJoin(chat.chatId, one)).alias).toBe(anonymousName(1));
      expect((await at().store.requestToJoin(chat.chatId, two)).alias).toBe(anonymousName(2));

      for (const each of [two, one]) await givenMember(at().store, chat, each);

      expect(await nameOf(at().store, chat.chatId, two)).toBe(anonymousName(2));
      const members = await at().store.listMembers(chat.chatId, one.key, undefined, 10);
      const aliases = Object.fromEntries(members.map(({ memberId, alias }) => [memberId, alias]));
      expect(aliases).toMatchObject({ [one.memberId]: anonymousName(1), [two.memberId]: anonymousName(2) });
    });

    it("has a number of its own in each chat", async () => {
      const [one, other] = [await givenChat(at().store), await givenChat(at().store)];
      const speaker = anonymous();
      await say(at().store, other.chatId, anonymous());

      expect(await nameOf(at().store, one.chatId, speaker)).toBe(anonymousName(1));
      expect(await nameOf(at().store, other.chatId, speaker)).toBe(anonymousName(2));
    });

    it("takes no number by reading", async () => {
      const { chatId } = await givenChat(at().store);
      const reader = anonymous();
      await at().store.findChat(chatId, reader.key);
      await at().store.listMessages(chatId, reader.key, undefined, 10);
      await at().store.listMembers(chatId, reader.key, undefined, 10);

      expect(await nameOf(at().store, chatId, anonymous())).toBe(anonymousName(1));
    });

    it("takes no number by what is refused", async () => {
      const chat = await givenPrivateChat(at().store, { isReadOnly: true });
      const member = await givenMember(at().store, chat);
      expect(await outcomeOf(say(at().store, chat.chatId, anonymous()))).toBe("NOT_A_MEMBER");
      expect(await outcomeOf(say(at().store, chat.chatId, { ...member, alias: undefined }))).toBe("CHAT_READ_ONLY");
      const inside = at().store.requestToJoin(chat.chatId, { ...member, alias: undefined });
      expect(await outcomeOf(inside)).toBe("ALREADY_A_MEMBER");

      expect((await at().store.requestToJoin(chat.chatId, anonymous())).alias).toBe(anonymousName(1));
    });

    it.each([
      [
        "were put out",
        async (store: CallerStore, chatId: string, creator: Speaker, { memberId }: Speaker) =>
          store.removeMember(chatId, creator.key, memberId),
      ],
      [
        "ended the session",
        async (store: CallerStore, _: string, _creator: Speaker, { key }: Speaker) => store.deleteSession(key),
      ],
    ])("leaves the number to nobody else when they %s, and has it on coming back", async (_, leave) => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat, anonymous());
      await say(at().store, chat.chatId, member);

      await leave(at().store, chat.chatId, chat.creator, member);

      expect((await at().store.requestToJoin(chat.chatId, anonymous())).alias).toBe(anonymousName(2));
      expect((await at().store.requestToJoin(chat.chatId, member)).alias).toBe(anonymousName(1));
    });

    it("leaves the number to nobody else when they were declined", async () => {
      const chat = await givenPrivateChat(at().store);
      const asker = await givenAsker(at().store, chat, anonymous());
      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, asker.memberId, "decline");

      expect((await at().store.requestToJoin(chat.chatId, anonymous())).alias).toBe(anonymousName(2));
      expect((await at().store.requestToJoin(chat.chatId, asker)).alias).toBe(anonymousName(1));
    });

    it("keeps the number after their messages have left the history", async () => {
      const { chatId, creator } = await givenChat(at().store, { historySize: 2 });
      const speaker = anonymous();
      await say(at().store, chatId, speaker);
      for (const _ of upTo(3)) await say(at().store, chatId, creator);

      expect(await nameOf(at().store, chatId, anonymous())).toBe(anonymousName(2));
      expect(await nameOf(at().store, chatId, speaker)).toBe(anonymousName(1));
    });

    it("has the number back when an alias came and went", async () => {
      const { chatId } = await givenChat(at().store);
      const speaker = anonymous();

      const names = [];
      for (const alias of [undefined, "Boris", undefined]) {
        names.push(await nameOf(at().store, chatId, { ...speaker, alias }));
      }

      expect(names).toEqual([anonymousName(1), "Boris", anonymousName(1)]);
    });

    it("gets the number of its first message without an alias, whatever it wrote with one", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator);
      await say(at().store, chatId, anonymous());

      expect(await nameOf(at().store, chatId, { ...creator, alias: undefined })).toBe(anonymousName(2));
    });

    it("gets one number for many messages at once", async () => {
      const { chatId } = await givenChat(at().store);
      const [speaker, beside] = [anonymous(), await at().beside()];

      const names = await Promise.all(
        atOnce(20, async (index) => nameOf(index % 2 === 0 ? at().store : beside, chatId, speaker)),
      );

      expect(new Set(names)).toEqual(new Set([anonymousName(1)]));
      expect(await nameOf(at().store, chatId, anonymous())).toBe(anonymousName(2));
    });

    it("gets a number that no other of fifty has who write at once, and none is left out", async () => {
      const { chatId } = await givenChat(at().store);
      const [speakers, beside] = [Array.from({ length: 50 }, anonymous), await at().beside()];

      const pairs = await Promise.all(
        speakers.map(async (speaker) =>
          Promise.all([at().store, beside].map(async (store) => nameOf(store, chatId, speaker))),
        ),
      );

      for (const [first, second] of pairs) expect(first).toBe(second);
      expect(new Set(pairs.map(([name]) => name))).toEqual(new Set(upTo(50).map(anonymousName)));
    });

    it("gets a number that no other of fifty has who ask at once, after the creator's", async () => {
      const { chatId } = await givenChat(at().store, { isPrivate: true }, anonymous());
      const [askers, beside] = [Array.from({ length: 50 }, anonymous), await at().beside()];

      const requests = await Promise.all(
        askers.map(async (asker, index) => (index % 2 === 0 ? at().store : beside).requestToJoin(chatId, asker)),
      );

      expect(new Set(requests.map(({ alias }) => alias))).toEqual(new Set(upTo(51, 2).map(anonymousName)));
    });
  });
}

/** What they are called when they write. */
async function nameOf(store: CallerStore, chatId: string, speaker: Speaker): Promise<string | undefined> {
  return (await say(store, chatId, speaker)).author?.alias;
}
