import { describe } from "vitest";
import type { StoreLimits } from "../../domain/limits.ts";
import { chatStoreContract } from "../../testing/chat-store-contract.ts";
import { chatStoreModel } from "../../testing/chat-store-model.ts";
import { membersFullContract } from "../../testing/chat-store/members-full-contract.ts";
import { createMemoryStore } from "./memory-store.ts";

// The clock stands still between the calls of `advance`: what comes at the very edge, and at the same time, comes in each run.
describe("memory store", () => {
  let now = Date.now();
  const open = (limits: StoreLimits) => createMemoryStore({ ...limits, now: () => now });
  const store = open({ sessionsMax: 1_000_000, chatsMax: 1_000_000 });
  const underTest = {
    store,
    open: async (limits: StoreLimits) => open(limits),
    beside: async () => store,
    advance: async (ms: number) => {
      now += ms;
    },
  };

  chatStoreContract(() => underTest);
  membersFullContract(() => underTest);
  chatStoreModel(() => underTest, { runs: 500 });
});
