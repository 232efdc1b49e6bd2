// Runs what callers may rely on through REST, at real ports: two faces over one store, as two programs with one Redis would be.
import { afterAll, beforeAll, describe } from "vitest";
import type { StoreLimits } from "../domain/limits.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";
import { callerContract } from "../testing/caller-contract.ts";
import type { CallerStore } from "../testing/chat-store/under-test.ts";
import { openHttpChatStore } from "../testing/http-chat-store/http-chat-store.ts";

describe("a chat store behind HTTP", () => {
  const opened = new AsyncDisposableStack();
  let now = Date.now();
  const memory = (limits: StoreLimits) => createMemoryStore({ ...limits, now: () => now });
  let store: CallerStore;
  let beside: CallerStore;
  beforeAll(async () => {
    const kept = memory({ sessionsMax: 1_000_000, chatsMax: 1_000_000 });
    const creators = new Map<string, string>();
    store = opened.use(await openHttpChatStore(kept, creators));
    beside = opened.use(await openHttpChatStore(kept, creators));
  });
  afterAll(() => opened.disposeAsync());

  callerContract(() => ({
    store,
    beside: async () => beside,
    open: async (limits) => openHttpChatStore(memory(limits)),
    async advance(ms) {
      now += ms;
    },
  }));
});
