import { describe, expect, it } from "vitest";
import { atOnce } from "./many.ts";
import { outcomeOf } from "./outcome.ts";
import { givenAsker, givenMember, givenPrivateChat, named, timeOf } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** Asking to be let in, and what comes of it. */
export function joinRequestContract(at: () => UnderTest): void {
  describe("requestToJoin", () => {
    it("puts somebody before the door, now", async () => {
      const { chatId, creator } = await givenPrivateChat(at().store);
      const boris = named("Boris");
      const from = await timeOf(at().store);

      const request = await at().store.requestToJoin(chatId, boris);

      expect(request).toStrictEqual({ memberId: boris.memberId, alias: "Boris", since: expect.any(Date) });
      expect(request.since.getTime()).toBeGreaterThanOrEqual(from);
      expect(request.since.getTime()).toBeLessThanOrEqual(await timeOf(at().store));
      expect(await at().store.listJoinRequests(chatId, creator.key, undefined, 10)).toEqual([request]);
      expect((await at().store.findChat(chatId, boris.key)).standing).toBe("asker");
    });

    it("changes nothing when it comes again: the time and the name are those of the first", async () => {
      const { chatId, creator } = await givenPrivateChat(at().store);
      const boris = named("Boris");
      const first = await at().store.requestToJoin(chatId, boris);
      await at().advance(1_000);

      const again = await at().store.requestToJoin(chatId, { ...boris, alias: "Bob" });

      expect(again).toEqual(first);
      expect(await at().store.listJoinRequests(chatId, creator.key, undefined, 10)).toEqual([first]);
    });

    it("makes one request of many at once", async () => {
      const { chatId, creator } = await givenPrivateChat(at().store);
      const [boris, beside] = [named("Boris"), await at().beside()];

      const requests = await Promise.all(
        atOnce(20, async (index) => (index % 2 === 0 ? at().store : beside).requestToJoin(chatId, boris)),
      );

      for (const request of requests) expect(request).toEqual(requests[0]);
      expect(await at().store.listJoinRequests(chatId, creator.key, undefined, 10)).toEqual([requests[0]]);
    });

    it("keeps apart the requests of two chats", async () => {
      const [one, other] = [await givenPrivateChat(at().store), await givenPrivateChat(at().store)];
      const asker = await givenAsker(at().store, one);
      await givenAsker(at().store, other, asker);

      await at().store.decideJoinRequest(one.chatId, one.creator.key, asker.memberId, "admit");

      expect((await at().store.findChat(one.chatId, asker.key)).standing).toBe("member");
      expect((await at().store.findChat(other.chatId, asker.key)).standing).toBe("asker");
    });

    it("does not show the chat among the asker's", async () => {
      const asker = await givenAsker(at().store, await givenPrivateChat(at().store));

      expect(await at().store.listChats(asker.key, undefined, 10)).toEqual([]);
    });
  });

  describe("decideJoinRequest", () => {
    it("lets in, under the name of the request, from now on", async () => {
      const chat = await givenPrivateChat(at().store);
      const boris = await givenAsker(at().store, chat);
      await at().advance(1_000);
      const from = await timeOf(at().store);

      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, boris.memberId, "admit");

      const [, member] = await at().store.listMembers(chat.chatId, boris.key, undefined, 10);
      expect(member).toStrictEqual({ memberId: boris.memberId, alias: "Boris", since: expect.any(Date) });
      expect(member?.since.getTime()).toBeGreaterThanOrEqual(from);
      expect(await at().store.listJoinRequests(chat.chatId, chat.creator.key, undefined, 10)).toEqual([]);
      expect(await at().store.listChats(boris.key, undefined, 10)).toMatchObject([
        await at().store.findChat(chat.chatId, boris.key),
      ]);
    });

    it("turns away: somebody who was declined is a stranger", async () => {
      const chat = await givenPrivateChat(at().store);
      const asker = await givenAsker(at().store, chat);

      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, asker.memberId, "decline");

      expect((await at().store.findChat(chat.chatId, asker.key)).standing).toBe("stranger");
      expect(await at().store.listJoinRequests(chat.chatId, chat.creator.key, undefined, 10)).toEqual([]);
      expect(await at().store.listMembers(chat.chatId, chat.creator.key, undefined, 10)).toHaveLength(1);
      expect(await at().store.listChats(asker.key, undefined, 10)).toEqual([]);
    });

    it("lets somebody ask again who was declined, with a time of its own", async () => {
      const chat = await givenPrivateChat(at().store);
      const asker = named("Boris");
      const first = await at().store.requestToJoin(chat.chatId, asker);
      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, asker.memberId, "decline");
      await at().advance(1_000);

      const second = await at().store.requestToJoin(chat.chatId, asker);

      expect(second.since.getTime()).toBeGreaterThanOrEqual(first.since.getTime() + 1_000);
      expect(await at().store.listJoinRequests(chat.chatId, chat.creator.key, undefined, 10)).toEqual([second]);
    });

    it.each(["admit", "decline"] as const)("finds no request any more after one that was to %s", async (decision) => {
      const chat = await givenPrivateChat(at().store);
      const { memberId } = await givenAsker(at().store, chat);
      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, memberId, decision);

      for (const again of ["admit", "decline"] as const) {
        const decided = at().store.decideJoinRequest(chat.chatId, chat.creator.key, memberId, again);
        expect(await outcomeOf(decided)).toBe("JOIN_REQUEST_NOT_FOUND");
      }
    });

    it("finds no request of somebody who never asked, of a member, or of the creator", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);

      for (const { memberId } of [named(), member, chat.creator]) {
        const decided = at().store.decideJoinRequest(chat.chatId, chat.creator.key, memberId, "admit");
        expect(await outcomeOf(decided)).toBe("JOIN_REQUEST_NOT_FOUND");
      }
    });

    it("is seen from another opening at once", async () => {
      const chat = await givenPrivateChat(at().store);
      const beside = await at().beside();
      const asker = await givenAsker(beside, chat);

      await at().store.decideJoinRequest(chat.chatId, chat.creator.key, asker.memberId, "admit");

      expect((await beside.findChat(chat.chatId, asker.key)).standing).toBe("member");
    });
  });
}
