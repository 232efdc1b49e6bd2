import { describe, expect, it } from "vitest";
import { outcomeOf } from "./outcome.ts";
import { givenMember, givenPrivateChat, named, say, textsOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** Members, and putting them out. */
export function memberContract(at: () => UnderTest): void {
  describe("removeMember", () => {
    it("puts a member out: a stranger, who reads and writes no more", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);

      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);

      expect((await at().store.findChat(chat.chatId, member.key)).standing).toBe("stranger");
      expect(await outcomeOf(say(at().store, chat.chatId, member))).toBe("NOT_A_MEMBER");
      expect(await outcomeOf(at().store.listMessages(chat.chatId, member.key, undefined, 10))).toBe("NOT_A_MEMBER");
      expect(await at().store.listChats(member.key, undefined, 10)).toEqual([]);
      expect(await at().store.listMembers(chat.chatId, chat.creator.key, undefined, 10)).toHaveLength(1);
    });

    it("lets a member leave", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);

      await at().store.removeMember(chat.chatId, member.key, member.memberId);

      expect((await at().store.findChat(chat.chatId, member.key)).standing).toBe("stranger");
      expect(await at().store.listChats(member.key, undefined, 10)).toEqual([]);
    });

    it("leaves what they wrote", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      const message = await say(at().store, chat.chatId, member, "I was here");

      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);

      expect(await at().store.listMessages(chat.chatId, chat.creator.key, undefined, 10)).toEqual([message]);
    });

    it("leaves the other members, and the other chats of whom it puts out", async () => {
      const [one, other] = [await givenPrivateChat(at().store), await givenPrivateChat(at().store)];
      const [boris, clara] = [named("Boris"), named("Clara")];
      for (const chat of [one, other]) for (const each of [boris, clara]) await givenMember(at().store, chat, each);

      await at().store.removeMember(one.chatId, one.creator.key, boris.memberId);

      expect((await at().store.findChat(one.chatId, clara.key)).standing).toBe("member");
      expect((await at().store.findChat(other.chatId, boris.key)).standing).toBe("member");
      const theirs = await at().store.listChats(boris.key, undefined, 10);
      expect(theirs.map(({ chatId }) => chatId)).toEqual([other.chatId]);
    });

    it("finds nobody who is not a member, or not any more", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);

      for (const { memberId } of [member, named()]) {
        const removed = at().store.removeMember(chat.chatId, chat.creator.key, memberId);
        expect(await outcomeOf(removed)).toBe("MEMBER_NOT_FOUND");
      }
      const left = at().store.removeMember(chat.chatId, member.key, member.memberId);
      expect(await outcomeOf(left)).toBe("NOT_A_MEMBER");
    });

    it("lets them ask again, and come in anew", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      const [, before] = await at().store.listMembers(chat.chatId, chat.creator.key, undefined, 10);
      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);
      await at().advance(1_000);

      expect(await outcomeOf(at().store.requestToJoin(chat.chatId, member))).toBe("done");
      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, member.memberId, "admit");

      const [, after] = await at().store.listMembers(chat.chatId, member.key, undefined, 10);
      expect(after?.since.getTime()).toBeGreaterThanOrEqual((before?.since.getTime() ?? 0) + 1_000);
      expect(await at().store.listChats(member.key, undefined, 10)).toMatchObject([{ chatId: chat.chatId }]);
    });

    it("shows whoever came in what was said before", async () => {
      const chat = await givenPrivateChat(at().store);
      await say(at().store, chat.chatId, chat.creator, "before");
      const member = await givenMember(at().store, chat);

      const [message] = await at().store.listMessages(chat.chatId, member.key, undefined, 10);

      expect(message?.text).toBe("before");
    });

    it("is seen from another opening at once", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      const beside = await at().beside();
      await say(beside, chat.chatId, member, "still in");

      await at().store.removeMember(chat.chatId, chat.creator.key, member.memberId);

      expect(await outcomeOf(say(beside, chat.chatId, member, "out"))).toBe("NOT_A_MEMBER");
      expect(await textsOf(beside, chat.chatId)).toEqual(["still in"]);
    });
  });
}
