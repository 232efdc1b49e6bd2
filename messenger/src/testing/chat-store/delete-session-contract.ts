import { describe, expect, it } from "vitest";
import { anonymousName } from "../../domain/speaker.ts";
import { atOnce } from "./many.ts";
import { outcomeOf } from "./outcome.ts";
import { anonymous, givenAsker, givenChat, givenMember, givenPrivateChat, named, say } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** What is left of somebody, and what is not. */
export function deleteSessionContract(at: () => UnderTest): void {
  describe("deleteSession", () => {
    it("forgets the session and its alias", async () => {
      const { key } = named();
      await at().store.saveSession(key, "Anna");

      await at().store.deleteSession(key);

      expect(await at().store.findSession(key)).toBeUndefined();
    });

    it("deletes its chats, for its members and everybody else", async () => {
      const chat = await givenPrivateChat(at().store);
      const another = await givenChat(at().store, {}, chat.creator);
      const member = await givenMember(at().store, chat);

      await at().store.deleteSession(chat.creator.key);

      for (const { chatId } of [chat, another]) {
        expect(await outcomeOf(at().store.findChat(chatId, member.key))).toBe("CHAT_NOT_FOUND");
        expect(await outcomeOf(at().store.readTail(chatId, 0, 10))).toBe("CHAT_NOT_FOUND");
      }
      expect(await at().store.listChats(chat.creator.key, undefined, 10)).toEqual([]);
      expect(await at().store.listChats(member.key, undefined, 10)).toEqual([]);
    });

    it("ends its memberships", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);

      await at().store.deleteSession(member.key);

      expect(await at().store.listChats(member.key, undefined, 10)).toEqual([]);
      expect((await at().store.findChat(chat.chatId, member.key)).standing).toBe("stranger");
      expect(await outcomeOf(say(at().store, chat.chatId, member))).toBe("NOT_A_MEMBER");
      const members = await at().store.listMembers(chat.chatId, chat.creator.key, undefined, 10);
      expect(members.map(({ memberId }) => memberId)).toEqual([chat.creator.memberId]);
    });

    it("takes back its join requests", async () => {
      const chat = await givenPrivateChat(at().store);
      const asker = await givenAsker(at().store, chat);

      await at().store.deleteSession(asker.key);

      expect((await at().store.findChat(chat.chatId, asker.key)).standing).toBe("stranger");
      expect(await at().store.listJoinRequests(chat.chatId, chat.creator.key, undefined, 10)).toEqual([]);
    });

    it("leaves what it wrote in the chats of others, under its name", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const [boris, nobody] = [named("Boris"), anonymous()];
      const written = [await say(at().store, chatId, boris), await say(at().store, chatId, nobody)];

      for (const { key } of [boris, nobody]) await at().store.deleteSession(key);

      expect((await at().store.readTail(chatId, 0, 10)).messages).toEqual(written);
      const names = (await at().store.listMessages(chatId, creator.key, undefined, 10)).map(
        ({ author }) => author?.alias,
      );
      expect(names).toEqual([anonymousName(1), "Boris"]);
    });

    it("leaves the chats and the sessions of others", async () => {
      const chat = await givenPrivateChat(at().store);
      const [boris, clara] = [await givenMember(at().store, chat), await givenMember(at().store, chat, named("Clara"))];
      const session = await at().store.saveSession(clara.key, "Clara");

      await at().store.deleteSession(boris.key);

      expect(await at().store.findSession(clara.key)).toEqual(session);
      expect(await at().store.findChat(chat.chatId, clara.key)).toMatchObject({ standing: "member" });
      expect(await at().store.listChats(clara.key, undefined, 10)).toHaveLength(1);
      expect(await at().store.listChats(chat.creator.key, undefined, 10)).toHaveLength(1);
    });

    // With an access token everybody has a session that nobody made.
    it("deletes the chats of somebody who never made a session, too", async () => {
      const mine = await givenChat(at().store);
      const chat = await givenPrivateChat(at().store);
      await givenMember(at().store, chat, mine.creator);

      await at().store.deleteSession(mine.creator.key);

      expect(await outcomeOf(at().store.findChat(mine.chatId, mine.creator.key))).toBe("CHAT_NOT_FOUND");
      expect((await at().store.findChat(chat.chatId, mine.creator.key)).standing).toBe("stranger");
    });

    it("is done when it is done already, many times at once, too", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await at().store.saveSession(creator.key, "Anna");
      const beside = await at().beside();

      await Promise.all(
        atOnce(10, async (index) => (index % 2 === 0 ? at().store : beside).deleteSession(creator.key)),
      );
      await at().store.deleteSession(creator.key);
      await at().store.deleteSession(named().key);

      expect(await at().store.findSession(creator.key)).toBeUndefined();
      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
    });

    it("lets the key begin anew, with nothing of before", async () => {
      const { creator } = await givenChat(at().store);
      const before = await at().store.saveSession(creator.key, "Anna");
      await at().store.deleteSession(creator.key);
      await at().advance(1_000);

      const session = await at().store.saveSession(creator.key, undefined);

      expect(session.alias).toBeUndefined();
      expect(session.createdAt.getTime()).toBeGreaterThanOrEqual(before.createdAt.getTime() + 1_000);
      expect(await at().store.listChats(creator.key, undefined, 10)).toEqual([]);
    });

    it("lets them ask again where they were a member", async () => {
      const chat = await givenPrivateChat(at().store);
      const member = await givenMember(at().store, chat);
      await at().store.deleteSession(member.key);

      await givenMember(at().store, chat, member);

      expect((await at().store.findChat(chat.chatId, member.key)).standing).toBe("member");
      expect(await at().store.listChats(member.key, undefined, 10)).toHaveLength(1);
    });

    it("leaves it remembered that a chat of theirs expired before", async () => {
      const { chatId, creator } = await givenChat(at().store, { ttlMs: 1_000 });
      await at().advance(1_000);

      await at().store.deleteSession(creator.key);

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_EXPIRED");
    });

    it("while chats are made leaves each of them whole, or nothing of it", async () => {
      const anna = named();
      const [one, two] = [at().store, await at().beside()];
      const makings = atOnce(20, async (index) => givenChat(index % 2 === 0 ? one : two, {}, anna));
      await one.deleteSession(anna.key);

      const made = await Promise.all(makings);

      const outcomes = await Promise.all(made.map(async ({ chatId }) => outcomeOf(one.findChat(chatId, anna.key))));
      const living = made.filter((_, index) => outcomes[index] === "done").map(({ chatId }) => chatId);
      const listed = (await two.listChats(anna.key, undefined, 100)).map(({ chatId }) => chatId);
      expect(listed.toSorted()).toEqual(living.toSorted());
      await one.deleteSession(anna.key);
      expect(await one.listChats(anna.key, undefined, 100)).toEqual([]);
    });

    it("while they are let in leaves the chats and their list agreed", async () => {
      const [one, two] = [at().store, await at().beside()];
      const boris = named("Boris");
      const chats = await Promise.all(atOnce(10, async () => givenPrivateChat(one)));
      for (const chat of chats) await givenAsker(one, chat, boris);

      await Promise.all([
        two.deleteSession(boris.key),
        ...chats.map(async ({ chatId, creator }) =>
          outcomeOf(one.decideJoinRequest(chatId, creator.key, boris.memberId, "admit")),
        ),
      ]);

      const mine = (await one.listChats(boris.key, undefined, 100)).map(({ chatId }) => chatId);
      for (const { chatId, creator } of chats) {
        const members = await two.listMembers(chatId, creator.key, undefined, 10);
        expect(members.some(({ memberId }) => memberId === boris.memberId)).toBe(mine.includes(chatId));
      }
    });
  });
}
