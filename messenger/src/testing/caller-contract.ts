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
import type { UnderTest } from "./chat-store/under-test.ts";

/**
 * What callers may rely on, whatever is between them and the store: nothing, or the API over HTTP. What the types of `CallerStore`
 * do not know, and ids, positions and texts that the API does not take, are in `chat-store-port/`. The cases share the store, so each
 * has chats and speakers of its own. None of them waits: time passes by `advance` alone.
 */
export function callerContract(at: () => UnderTest): void {
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
  textContract(at);
  concurrencyContract(at);
}
