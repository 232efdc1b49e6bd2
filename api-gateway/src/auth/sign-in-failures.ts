import { createHash } from "node:crypto";
import type { Counters } from "../access/counters.ts";
import { consume } from "../access/rate-limit.ts";
import type { Exchange } from "@animal-delivery/platform/http/exchange";

const WINDOW_MS = 600_000;
/** From everywhere together an account takes as many times more wrong passwords as from one address. */
const ADDRESSES = 10;

/** Wrong passwords, counted so that nobody guesses for long, and nobody locks another out by guessing from elsewhere. */
export interface SignInFailures {
  /**
   * Counts a try before its outcome is known, or guesses at the same moment would all be free.
   *
   * @throws {DomainError} exhausted RATE_LIMITED.
   */
  begin(username: string, exchange: Exchange): Promise<SignInTry>;
}

/** A try that turned out to be no guess; one of which nothing more is said was a wrong password. */
export interface SignInTry {
  succeeded(): Promise<void>;
  /** Nobody looked at the password. */
  wasNotJudged(): Promise<void>;
}

/** @param max wrong passwords for an account from one address within ten minutes; ten times as many from everywhere. */
export function createSignInFailures(counters: Counters, max: number): SignInFailures {
  return {
    async begin(username, exchange) {
      const account = nameOfAccount(username);
      const everywhere = `sign-in ${account}`;
      const here = `sign-in ${hash(`${account} ${exchange.address}`)}`;
      await consume(counters, here, { max, windowMs: WINDOW_MS }, exchange);
      await consume(counters, everywhere, { max: max * ADDRESSES, windowMs: WINDOW_MS }, exchange);
      return {
        async succeeded() {
          await Promise.all([counters.delete(here), counters.decrement(everywhere)]);
        },
        async wasNotJudged() {
          await Promise.all([counters.decrement(here), counters.decrement(everywhere)]);
        },
      };
    },
  };
}

/** Most providers take a name in any case, so its spellings are one account. */
export function nameOfAccount(username: string): string {
  return hash(username.normalize("NFKC").trim().toLowerCase());
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
