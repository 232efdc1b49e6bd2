import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { Grant } from "../access/caller.ts";
import type { Database, Transaction } from "../db/database.ts";
import { DomainError } from "../errors.ts";
import { claimKey, deleteAnswer, keepAnswer, type KeyScope } from "../db/idempotency.ts";
import { grantOf } from "./grant.ts";

const KEY_CHARS_MAX = 255;

/** What a writing RPC does: reads, decides, writes and tells in one transaction, and gives the response. */
export type Work<R> = (tx: Transaction, grant: Grant) => Promise<R>;

/** The subject whose personal data a response holds; undefined when it holds none. */
export type About<R> = (response: R) => string | undefined;

/**
 * Implements a writing RPC: one transaction, and at most one effect per idempotency key.
 *
 * With metadata `idempotency-key`, the caller's repetition of a request that succeeded gets the first answer, for 24 h. A
 * twin of a running request waits for its end. A refused request leaves no trace: its key may be tried again.
 *
 * @param about needed where the response may hold the data of somebody else than the caller: by it `forgetAnswers` finds
 *   what is stored of a person.
 * @throws {DomainError} invalid REQUEST_INVALID when the key is empty or longer than 255 characters; keyReused
 *   IDEMPOTENCY_KEY_REUSED when the key came with another request; refused IDEMPOTENCY_TWIN_RUNNING when the first
 *   request did not end in time; and whatever `work` throws.
 */
export async function mutate<R extends object>(
  db: Database,
  context: HandlerContext,
  request: Message,
  work: Work<R>,
  about: About<R> = () => undefined,
): Promise<R> {
  const grant = grantOf(context);
  const scope = keyScopeOf(context);
  if (!scope) return db.transaction((tx) => work(tx, grant));

  const { method } = context;
  const claim = { scope, request: toBinary(method.input, request), deadlineMs: context.timeoutMs() };
  return db.transaction(async (tx) => {
    const answer = await claimKey(tx, claim);
    if (answer) {
      context.responseHeader.set("idempotency-replayed", "true");
      // What was stored is a whole message of the method's output; `R` is that message or what makes one.
      return fromBinary(method.output, answer) as unknown as R;
    }
    const response = await work(tx, grant);
    const person = about(response);
    await keepAnswer(tx, scope, bytesOf(method, response), person === scope.actor ? undefined : person);
    return response;
  });
}

/**
 * Forgets what a key was answered: the work went on after the answer was written, and came to nothing.
 *
 * @throws {DomainError} invalid REQUEST_INVALID as above.
 */
export async function forgetAnswer(db: Database, context: HandlerContext): Promise<void> {
  const scope = keyScopeOf(context);
  if (scope) await deleteAnswer(db, scope);
}

/**
 * The idempotency key of a call, for a handler that cannot do its work in one transaction; undefined without one.
 *
 * @throws {DomainError} invalid REQUEST_INVALID as above.
 */
export function idempotencyKeyOf({ requestHeader }: Pick<HandlerContext, "requestHeader">): string | undefined {
  const key = requestHeader.get("idempotency-key");
  if (key === null) return undefined;
  assertKey(key);
  return key;
}

function keyScopeOf(context: HandlerContext): KeyScope | undefined {
  const key = idempotencyKeyOf(context);
  const { method } = context;
  const { actor } = grantOf(context).caller;
  return key === undefined ? undefined : { actor, method: `${method.parent.typeName}/${method.name}`, key };
}

function bytesOf({ output }: DescMethod, response: object): Uint8Array {
  return toBinary(output, create(output, response as MessageInitShape<DescMessage>));
}

function assertKey(key: string): void {
  if (key.length > 0 && key.length <= KEY_CHARS_MAX) return;
  throw new DomainError("invalid", "REQUEST_INVALID", `an idempotency key has 1 to ${KEY_CHARS_MAX} characters`);
}
