import { describe, expect, it } from "vitest";
import { anonymousName } from "../../domain/speaker.ts";
import { ENDS, givenMortalChat } from "../chat-store/ends.ts";
import { anonymous, givenChat, named, say, someChat, textsOf } from "../chat-store/people.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

/** Chats of an id that the caller of the store chose, which may be that of anybody's chat. */
export function chosenIdContract(at: () => StoreUnderTest): void {
  describe("createChat", () => {
    it("makes a chat of the id that it is asked for", async () => {
      const asked = someChat();

      expect((await at().store.createChat(named(), asked)).chatId).toBe(asked.chatId);
    });

    it("gives back the chat that is there when it comes again, whatever it asks for", async () => {
      const { chatId, creator, asked } = await givenChat(at().store, { ttlMs: 60_000 });
      const chat = await at().store.findChat(chatId, creator.key);
      const other = { title: "Otters", historySize: 3, isPrivate: true, isReadOnly: true, ttlMs: undefined };

      expect(await at().store.createChat({ ...creator, alias: "Boris" }, { ...asked, ...other })).toEqual(chat);
      expect(await at().store.findChat(chatId, creator.key)).toEqual(chat);
    });

    it("never puts somebody else's chat in the place of one that is there", async () => {
      const { chatId, creator } = await givenChat(at().store);
      await say(at().store, chatId, creator, "mine");
      const before = await at().store.findChat(chatId, creator.key);

      await Promise.allSettled([at().store.createChat(named("Boris"), someChat({ chatId, title: "Boris's" }))]);

      expect(await at().store.findChat(chatId, creator.key)).toEqual(before);
      expect(await textsOf(at().store, chatId)).toEqual(["mine"]);
    });

    it.each(ENDS)("begins anew when somebody else makes one in the place of one that %s", async (_, _outcome, end) => {
      const before = await givenMortalChat(at());
      const { chatId, member } = before;
      await end(at(), before);

      await at().store.createChat(named("Clara"), someChat({ chatId }));
      expect(await at().store.readTail(chatId, 0, 10)).toMatchObject({
        messages: [],
        firstSequence: 1,
        lastSequence: 0,
        expiresInMs: undefined,
      });
      const first = await say(at().store, chatId, anonymous(), "anonymous");
      const again = await say(at().store, chatId, member, "another text", "key");

      expect(first).toMatchObject({ sequence: 1, author: { alias: anonymousName(1) } });
      expect(again).toMatchObject({ sequence: 2, author: { alias: anonymousName(2) } });
      expect(await textsOf(at().store, chatId)).toEqual(["anonymous", "another text"]);
    });
  });
}
