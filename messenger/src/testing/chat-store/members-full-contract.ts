import { expect, it } from "vitest";
import { MEMBERS_MAX } from "../../domain/limits.ts";
import { inBatches } from "./many.ts";
import { tallyOf } from "./outcome.ts";
import { givenMember, givenPrivateChat, named, type GivenChat } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** Lets so many people into a chat. */
type Fill = (chat: GivenChat, count: number) => Promise<void>;

/** Takes ten thousand members to make: to be run apart from the other cases, or with a store's shorter way to `fill` a chat. */
export function membersFullContract(
  at: () => UnderTest,
  fill: Fill = async (chat, count) => void (await inBatches(count, async () => givenMember(at().store, chat, named()))),
): void {
  it(
    "has ten thousand members at most, of whom one more is let in for each who goes",
    { timeout: 300_000 },
    async () => {
      const chat = await givenPrivateChat(at().store);
      const { chatId, creator } = chat;
      const admit = async (memberId: string) => at().store.decideJoinRequest(chatId, creator.key, memberId, "admit");
      const ask = async (): Promise<string> => (await at().store.requestToJoin(chatId, named())).memberId;
      // Besides the creator.
      await fill(chat, MEMBERS_MAX - 6);

      const asked = await inBatches(10, ask);
      expect(await tallyOf(asked.map(admit))).toEqual({ done: 5, MEMBERS_FULL: 5 });

      const waiting = await at().store.listJoinRequests(chatId, creator.key, undefined, 10);
      expect(waiting).toHaveLength(5);
      await at().store.decideJoinRequest(chatId, creator.key, waiting[0]?.memberId ?? "", "decline");
      const members = await at().store.listMembers(chatId, creator.key, undefined, 2);
      const leaving = members.find(({ memberId }) => memberId !== creator.memberId);
      await at().store.removeMember(chatId, creator.key, leaving?.memberId ?? "");
      expect(await tallyOf(waiting.slice(1).map(async ({ memberId }) => admit(memberId)))).toEqual({
        done: 1,
        MEMBERS_FULL: 3,
      });
    },
  );
}
