import { describe, expect, it } from "vitest";
import type { Speaker } from "../../domain/speaker.ts";
import { givenCrowd } from "./crowd.ts";
import { outcomeOf } from "./outcome.ts";
import { textsOf } from "./people.ts";
import { RIGHT_CASES } from "./rights.ts";
import type { CallerStore, UnderTest } from "./under-test.ts";

/** Who may do what in which chat. */
export function accessContract(at: () => UnderTest): void {
  describe("the rules of a chat", () => {
    it.each(RIGHT_CASES)("answer $function of the $standing of a $chat chat: $outcome", async (each) => {
      const crowd = await givenCrowd(at().store, each);
      const { chatId, creator } = crowd;
      const isRefused = each.outcome !== "done";
      const stateIfRefused = async () => isRefused && (await stateOf(at().store, chatId, creator));
      const before = await stateIfRefused();

      expect(await outcomeOf(each.act(at().store, crowd, crowd[each.standing]))).toBe(each.outcome);

      expect(await stateIfRefused()).toEqual(before);
    });
  });
}

/** Everything that the creator sees. */
async function stateOf(store: CallerStore, chatId: string, { key }: Speaker): Promise<unknown> {
  return [
    await store.findChat(chatId, key),
    await store.listMembers(chatId, key, undefined, 10),
    await store.listJoinRequests(chatId, key, undefined, 10),
    await textsOf(store, chatId),
  ];
}
