// Runs what every chat store must do against a real Redis, from two openings.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { engine } from "@animal-delivery/platform/testing/engines";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import type { StoreLimits } from "../src/domain/limits.ts";
import type { ChatStore } from "../src/store/chat-store.ts";
import { openRedisChatStore } from "../src/store/redis/redis-store.ts";
import { chatStoreContract } from "../src/testing/chat-store-contract.ts";
import { membersFullContract } from "../src/testing/chat-store/members-full-contract.ts";
import { chatStoreModel } from "../src/testing/chat-store-model.ts";
import { forgetKeys } from "./forget-keys.ts";

const PLENTY: StoreLimits = { sessionsMax: 1_000_000, chatsMax: 1_000_000 };

/** What is proven here has nothing to do with how busy this machine is. */
const PATIENT = { countMs: 5_000, answerMs: 5_000 };

describe.each([
  ["a Redis server", () => ({ urls: [engine("REDIS_URL")], cluster: false })],
  [
    "a Redis cluster over TLS",
    () => ({
      urls: engine("MESSENGER_REDIS_CLUSTER_URL").split(","),
      cluster: true,
      caFile: engine("REDIS_CLUSTER_CA_FILE"),
    }),
  ],
])("a chat store in %s", (_, server) => {
  const opened = new AsyncDisposableStack();
  const prefixes: string[] = [];
  let shiftMs = 0;
  const open = async (keyPrefix: string, limits: StoreLimits): Promise<ChatStore> => {
    prefixes.push(keyPrefix);
    return openRedisChatStore(
      { ...server(), ...limits, keyPrefix, clockShiftMs: () => shiftMs },
      testTelemetry(),
      PATIENT,
    );
  };
  let store: ChatStore;
  let beside: ChatStore;
  beforeAll(async () => {
    const keyPrefix = `test-${randomUUID()}:`;
    store = opened.use(await open(keyPrefix, PLENTY));
    beside = opened.use(await open(keyPrefix, PLENTY));
  });
  afterAll(async () => {
    await opened.disposeAsync();
    const { urls, cluster } = server();
    if (!cluster) await forgetKeys(urls[0] ?? "", prefixes);
  });

  const underTest = () => ({
    store,
    beside: async () => beside,
    open: async (limits: StoreLimits) => open(`test-${randomUUID()}:`, limits),
    async advance(ms: number) {
      shiftMs += ms;
    },
  });
  chatStoreContract(underTest);
  membersFullContract(underTest);
  chatStoreModel(underTest, { runs: 50 });
});
