import { expect, it } from "vitest";
import { MEMBERS_MAX } from "../../domain/limits.ts";
import { inBatches } from "./many.ts";
import { tallyOf } from "./outcome.ts";
import { givenPrivateChat, named } from "./people.ts";
import type { UnderTest } from "./under-test.ts";

/** Takes ten thousand members to make: to be run apart from the other cases. */
export function membersFullContract(at: () => UnderTest): void {
  it(
    "has ten thousand members at most, of whom one more is let in for each who goes",
    { timeout: 300_000 },
    async () => {
      const { chatId, creator } = await givenPrivateChat(at().store);
      const admit = async (memberId: string) => at().store.decideJoinRequest(chatId, creator.key, memberId, "admit");
      const ask = async (): Promise<string> => (await at().store.requestToJoin(chatId, named())).memberId;
      const memberIds = await inBatches(MEMBERS_MAX - 6, async () => {
        const memberId = await ask();
        await admit(memberId);
        return memberId;
      });

      const asked = await inBatches(10, ask);
      expect(await tallyOf(asked.map(admit))).toEqual({ done: 5, MEMBERS_FULL: 5 });

      const waiting = await at().store.listJoinRequests(chatId, creator.key, undefined, 10);
      expect(waiting).toHaveLength(5);
      await at().store.decideJoinRequest(chatId, creator.key, waiting[0]?.memberId ?? "", "decline");
      await at().store.removeMember(chatId, creator.key, memberIds[0] ?? "");
      expect(await tallyOf(waiting.slice(1).map(async ({ memberId }) => admit(memberId)))).toEqual({
        done: 1,
        MEMBERS_FULL: 3,
      });
    },
  );
}
