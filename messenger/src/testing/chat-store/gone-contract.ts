import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { anonymousName } from "../../domain/speaker.ts";
import type { StoreUnderTest } from "../chat-store-contract.ts";
import { CALLS } from "./calls.ts";
import { outcomeOf } from "./outcome.ts";
import { anonymous, givenAsker, givenMember, givenPrivateChat, named, say, someChat, textsOf } from "./people.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A private chat that was, and who was in it. */
async function givenCrowd(at: StoreUnderTest) {
  const chat = await givenPrivateChat(at.store, { ttlMs: HOUR_MS });
  const [member, asker] = [await givenMember(at.store, chat, anonymous()), await givenAsker(at.store, chat)];
  await say(at.store, chat.chatId, member, "before", "key");
  return { ...chat, member, asker };
}
type Crowd = Awaited<ReturnType<typeof givenCrowd>>;

/** The ways in which a chat comes to its end, and how it is answered then. */
const ENDS: readonly [string, string, (at: StoreUnderTest, crowd: Crowd) => Promise<void>][] = [
  ["has expired", "CHAT_EXPIRED", async (at) => at.advance(HOUR_MS)],
  [
    "has expired and was swept",
    "CHAT_EXPIRED",
    async (at) => {
      await at.advance(HOUR_MS);
      await at.store.sweep();
    },
  ],
  ["expired a day ago", "CHAT_NOT_FOUND", async (at) => at.advance(HOUR_MS + DAY_MS)],
  [
    "expired a day ago and was swept twice",
    "CHAT_NOT_FOUND",
    async (at) => {
      await at.advance(HOUR_MS);
      await at.store.sweep();
      await at.advance(DAY_MS);
      await at.store.sweep();
    },
  ],
  ["was deleted", "CHAT_NOT_FOUND", async (at, { chatId, creator }) => at.store.deleteChat(chatId, creator.key)],
  ["went with its creator's session", "CHAT_NOT_FOUND", async (at, { creator }) => at.store.deleteSession(creator.key)],
];

/** A chat that is not there, for whatever reason: no function knows it, and its id is free. */
export function goneContract(at: () => StoreUnderTest): void {
  describe.each(Object.entries(CALLS))("%s", (_, call) => {
    it.each(ENDS)("rejects for everybody when the chat %s: %s", async (_, outcome, end) => {
      const crowd = await givenCrowd(at());
      const { chatId, creator, member, asker } = crowd;

      await end(at(), crowd);

      for (const caller of [creator, member, asker, named()]) {
        expect(await outcomeOf(call(at().store, chatId, caller))).toBe(outcome);
      }
      expect(await outcomeOf(call(await at().beside(), chatId, creator))).toBe(outcome);
    });

    it("rejects when there never was such a chat", async () => {
      expect(await outcomeOf(call(at().store, randomUUID(), named()))).toBe("CHAT_NOT_FOUND");
    });
  });

  describe("createChat", () => {
    it.each(ENDS)("makes a fresh chat of the id of one that %s", async (_, _outcome, end) => {
      const crowd = await givenCrowd(at());
      const { chatId, creator, member, asker } = crowd;
      await end(at(), crowd);

      const chat = await at().store.createChat(creator, someChat({ chatId, isPrivate: true, title: "Afresh" }));

      expect(chat).toMatchObject({ title: "Afresh", lastSequence: 0, expiresAt: undefined, standing: "creator" });
      expect(await at().store.readTail(chatId, 0, 10)).toMatchObject({ messages: [], firstSequence: 1 });
      for (const { key } of [member, asker]) {
        expect((await at().store.findChat(chatId, key)).standing).toBe("stranger");
        expect(await at().store.listChats(key, undefined, 10)).toEqual([]);
      }
      expect(await at().store.listMembers(chatId, creator.key, undefined, 10)).toHaveLength(1);
      expect(await at().store.listJoinRequests(chatId, creator.key, undefined, 10)).toEqual([]);
      expect(await at().store.listChats(creator.key, undefined, 10)).toHaveLength(1);
    });

    it.each(ENDS)("numbers and remembers anew in the place of one that %s", async (_, _outcome, end) => {
      const crowd = await givenCrowd(at());
      const { chatId, member } = crowd;
      await end(at(), crowd);

      await at().store.createChat(named("Clara"), someChat({ chatId }));
      const first = await say(at().store, chatId, anonymous(), "anonymous");
      const again = await say(at().store, chatId, member, "another text", "key");

      expect(first).toMatchObject({ sequence: 1, author: { alias: anonymousName(1) } });
      expect(again).toMatchObject({ sequence: 2, author: { alias: anonymousName(2) } });
      expect(await textsOf(at().store, chatId)).toEqual(["anonymous", "another text"]);
    });

    it("makes a chat of the id of an expired one that lives on when that is swept", async () => {
      const { chatId, creator } = await givenCrowd(at());
      await at().advance(HOUR_MS);
      await at().store.createChat(creator, someChat({ chatId }));

      await at().store.sweep();
      await at().advance(DAY_MS);
      await at().store.sweep();

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("done");
    });

    it("makes a chat of the id of an expired one that is not found when it is deleted", async () => {
      const { chatId, creator } = await givenCrowd(at());
      await at().advance(HOUR_MS);
      await at().store.createChat(creator, someChat({ chatId }));

      await at().store.deleteChat(chatId, creator.key);

      expect(await outcomeOf(at().store.findChat(chatId, creator.key))).toBe("CHAT_NOT_FOUND");
    });
  });
}
