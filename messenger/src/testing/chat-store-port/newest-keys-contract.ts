import { describe, expect, it } from "vitest";
import { KEYS_MAX } from "../../domain/limits.ts";
import { inBatches } from "../chat-store/many.ts";
import { outcomeOf } from "../chat-store/outcome.ts";
import { givenChat, named, say } from "../chat-store/people.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

/** Takes a thousand messages, and no face has a part in it. */
export function newestKeysContract(at: () => StoreUnderTest): void {
  describe("an idempotency key", () => {
    it("is among the newest thousand of the chat, whoever's they are", async () => {
      const { chatId, creator } = await givenChat(at().store);
      const first = await say(at().store, chatId, creator, "hello", "key");
      const boris = named("Boris");
      await inBatches(KEYS_MAX - 1, async (index) => say(at().store, chatId, boris, "later", `key-${index}`));
      for (const _ of [1, 2, 3]) await say(at().store, chatId, boris, "without a key");

      // One that comes again takes no place.
      expect(await say(at().store, chatId, creator, "hello", "key")).toEqual(first);
      expect(await say(at().store, chatId, boris, "later", "key-7")).toMatchObject({ text: "later" });
      expect(await say(at().store, chatId, creator, "hello", "key")).toEqual(first);
      await say(at().store, chatId, boris, "later", "one-more");

      const second = await say(at().store, chatId, creator, "another text", "key");
      expect(second.sequence).toBe(KEYS_MAX + 5);
      expect(await outcomeOf(say(at().store, chatId, boris, "other", "one-more"))).toBe("IDEMPOTENCY_KEY_REUSED");
    });
  });
}
