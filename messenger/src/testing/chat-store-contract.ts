import { callerContract } from "./caller-contract.ts";
import { followerAccessContract } from "./chat-store-port/access-contract.ts";
import { chosenIdContract } from "./chat-store-port/chosen-id-contract.ts";
import { idleSessionContract } from "./chat-store-port/idle-session-contract.ts";
import { newestKeysContract } from "./chat-store-port/newest-keys-contract.ts";
import { readingContract } from "./chat-store-port/reading-contract.ts";
import { followerTailContract } from "./chat-store-port/tail-contract.ts";
import { refusedTextContract } from "./chat-store-port/text-contract.ts";
import { watchContract } from "./chat-store-port/watch-contract.ts";
import type { StoreUnderTest } from "./chat-store/under-test.ts";

/**
 * What every chat store must do: what its callers rely on, and besides what the port promises to those who stand before it and no
 * caller can ask for. Each adapter's test runs this over a store of its own.
 */
export function chatStoreContract(at: () => StoreUnderTest): void {
  callerContract(at);
  chosenIdContract(at);
  idleSessionContract(at);
  newestKeysContract(at);
  readingContract(at);
  followerAccessContract(at);
  followerTailContract(at);
  refusedTextContract(at);
  watchContract(at);
}
