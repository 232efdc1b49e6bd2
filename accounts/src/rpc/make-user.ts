import type { HandlerContext } from "@connectrpc/connect";
import { awaitSignUp } from "../app/await-sign-up.ts";
import type { Parts } from "../app/parts.ts";
import type { Wish } from "../app/reserve-sign-up.ts";
import { signUp } from "../app/sign-up.ts";
import { userOfSignUp } from "../app/sign-up-user.ts";
import { unavailable } from "../domain/refusal.ts";
import type { User } from "../domain/user.ts";

/** How long a caller waits for a user to be made who does not say. */
export const WAIT_MS_DEFAULT = 4_000;

/** What is left of a call's time goes to the answer. */
const ANSWER_MARGIN_MS = 300;

/** A user as far as they are made. */
export interface Made {
  readonly user: User;
  /** By which the caller asks again; empty when it has ended. */
  readonly pendingToken: string;
}

/**
 * Has a user made and waits for it, `waitMs` at most and no longer than the call lives.
 *
 * @throws {DomainError} what `signUp` throws, and refused SIGN_UP_FAILED.
 */
export async function makeUser(
  parts: Parts,
  wish: Wish,
  { waitMs, context }: { readonly waitMs: number; readonly context: HandlerContext },
): Promise<Made> {
  const claim = await signUp(parts, wish);
  const ended = await awaitSignUp(parts.db, claim.signUp.signUpId, boundedWait(waitMs, context));
  const user = await userOfSignUp(parts.db, ended);
  if (!user) throw unavailable("the user was deleted just now");
  return { user, pendingToken: ended.state === "completed" ? "" : claim.pendingToken };
}

/** No longer than the call has left. */
export function boundedWait(waitMs: number, context: HandlerContext): number {
  const leftMs = context.timeoutMs() ?? Infinity;
  return Math.max(0, Math.min(waitMs, leftMs - ANSWER_MARGIN_MS));
}
