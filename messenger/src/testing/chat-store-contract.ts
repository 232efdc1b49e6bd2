import type { StoreLimits } from "../domain/limits.ts";
import type { ChatStore } from "../store/chat-store.ts";
import { accessContract } from "./chat-store/access-contract.ts";
import { anonymousContract } from "./chat-store/anonymous-contract.ts";
import { chatContract } from "./chat-store/chat-contract.ts";
import { concurrencyContract } from "./chat-store/concurrency-contract.ts";
import { deleteSessionContract } from "./chat-store/delete-session-contract.ts";
import { goneContract } from "./chat-store/gone-contract.ts";
import { idempotencyContract } from "./chat-store/idempotency-contract.ts";
import { joinRequestContract } from "./chat-store/join-request-contract.ts";
import { limitContract } from "./chat-store/limit-contract.ts";
import { listContract } from "./chat-store/list-contract.ts";
import { memberContract } from "./chat-store/member-contract.ts";
import { messageContract } from "./chat-store/message-contract.ts";
import { sessionContract } from "./chat-store/session-contract.ts";
import { tailContract } from "./chat-store/tail-contract.ts";
import { textContract } from "./chat-store/text-contract.ts";
import { ttlContract } from "./chat-store/ttl-contract.ts";
import { watchContract } from "./chat-store/watch-contract.ts";

/** A store whose limits nobody reaches, and what else the cases need. */
export interface StoreUnderTest {
  readonly store: ChatStore;
  /** Another store, empty and with limits of its own; the case closes it. */
  open(limits: StoreLimits): Promise<ChatStore>;
  /** The same data, opened as another process would; may be the same each time, and no case closes it. */
  beside(): Promise<ChatStore>;
  /** Moves the clock of all these stores on, or back when it is less than 0. */
  advance(ms: number): Promise<void>;
}

/**
 * What every chat store must do. Each adapter's test runs this over a store of its own; the cases share it, so each has chats and
 * speakers of its own. None of them waits: time passes by `advance` alone.
 */
export function chatStoreContract(at: () => StoreUnderTest): void {
  sessionContract(at);
  deleteSessionContract(at);
  chatContract(at);
  ttlContract(at);
  goneContract(at);
  accessContract(at);
  joinRequestContract(at);
  memberContract(at);
  messageContract(at);
  anonymousContract(at);
  idempotencyContract(at);
  listContract(at);
  limitContract(at);
  tailContract(at);
  watchContract(at);
  textContract(at);
  concurrencyContract(at);
}
