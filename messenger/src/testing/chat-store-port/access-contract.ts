import { describe, expect, it } from "vitest";
import { CALLS } from "../chat-store/calls.ts";
import { givenCrowd, type Kind } from "../chat-store/crowd.ts";
import { outcomeOf } from "../chat-store/outcome.ts";
import { casesOf, type Right, RIGHT_CASES } from "../chat-store/rights.ts";
import type { StoreUnderTest } from "../chat-store/under-test.ts";

/** Whoever follows a chat was let in before: the store does not ask who reads its tail. */
const READ_TAIL: Right = [
  "readTail",
  async (store, { chatId }, by) => CALLS.readTail(store, chatId, by),
  ["done", "done"],
  ["done", "done", "done", "done"],
];

const KINDS: readonly Kind[] = [false, true].flatMap((isPrivate) =>
  [false, true].map((isReadOnly) => ({ isPrivate, isReadOnly })),
);

/** Who may do what, as far as followers alone see it. */
export function followerAccessContract(at: () => StoreUnderTest): void {
  describe("the rules of a chat", () => {
    it.each(casesOf([READ_TAIL]))("answer $function of the $standing of a $chat chat: $outcome", async (each) => {
      const crowd = await givenCrowd(at().store, each);

      expect(await outcomeOf(each.act(at().store, crowd, crowd[each.standing]))).toBe(each.outcome);
    });

    it.each(KINDS)("have followers looked at by no refusal: %o", async (kind) => {
      const crowd = await givenCrowd(at().store, kind);
      const versionOf = async () => (await at().store.readTail(crowd.chatId, 0, 1)).accessVersion;
      const version = await versionOf();
      const refused = RIGHT_CASES.filter(
        ({ isPrivate, isReadOnly, outcome }) =>
          isPrivate === kind.isPrivate && isReadOnly === kind.isReadOnly && outcome !== "done",
      );

      for (const { act, standing, outcome } of refused) {
        expect(await outcomeOf(act(at().store, crowd, crowd[standing]))).toBe(outcome);
        expect(await versionOf()).toBe(version);
      }
    });
  });
}
