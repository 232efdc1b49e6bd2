import type { Count } from "@animal-delivery/platform/kv/key-value-store";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Exchange } from "@animal-delivery/platform/http/exchange";
import type { Counters } from "./counters.ts";

/** What requests are counted apart by. */
export type RouteClass = "read" | "write" | "stream" | "auth";

export interface RateLimits {
  /**
   * Counts the request on its caller: the user, or the address when nobody is signed in. Tells the caller how much is left.
   *
   * @param subject whom else to count it on: the user it turned out to be for.
   * @throws {DomainError} exhausted RATE_LIMITED.
   */
  take(routeClass: RouteClass, exchange: Exchange, subject?: string): Promise<void>;
  /** Counts a sign-up on the address, whoever calls. @throws {DomainError} exhausted RATE_LIMITED. */
  takeSignUp(exchange: Exchange): Promise<void>;
}

/** How many requests of each class a caller has per minute, and how many sign-ups an address has per hour. */
export interface RateLimitsOptions {
  readonly perMinute: Readonly<Record<RouteClass, number>>;
  readonly signUpsPerHour: number;
}

/** How much of something there may be in a while. */
export interface Limit {
  readonly max: number;
  /** The window begins with the first of them. */
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function createRateLimits(counters: Counters, { perMinute, signUpsPerHour }: RateLimitsOptions): RateLimits {
  const count = async (key: string, limit: Limit, exchange: Exchange): Promise<void> =>
    tell(exchange, limit, await consume(counters, key, limit, exchange));
  return {
    async take(routeClass, exchange, subject = exchange.user?.subject) {
      const caller = subject === undefined ? `address ${exchange.address}` : `user ${subject}`;
      const limit = { max: perMinute[routeClass], windowMs: MINUTE_MS };
      await count(`rate ${routeClass} ${caller}`, limit, exchange);
    },
    async takeSignUp(exchange) {
      await count(`sign-up address ${exchange.address}`, { max: signUpsPerHour, windowMs: HOUR_MS }, exchange);
    },
  };
}

/** @throws {DomainError} exhausted RATE_LIMITED, with `Retry-After`. */
export async function consume(counters: Counters, key: string, limit: Limit, exchange: Exchange): Promise<Count> {
  const state = await counters.increment(key, limit.windowMs);
  if (state.count <= limit.max) return state;
  tell(exchange, limit, state);
  exchange.headers.set("retry-after", String(secondsOf(state)));
  throw new DomainError("exhausted", "RATE_LIMITED", "too many requests in a short time");
}

/**
 * The three fields of draft-ietf-httpapi-ratelimit-headers-03, which is what clients understand. Of several limits the one is
 * told that is reached first.
 */
function tell({ headers }: Exchange, { max }: Limit, state: Count): void {
  if (Number(headers.get("ratelimit-remaining") ?? Infinity) < max - state.count) return;
  headers.set("ratelimit-limit", String(max));
  headers.set("ratelimit-remaining", String(Math.max(0, max - state.count)));
  headers.set("ratelimit-reset", String(secondsOf(state)));
}

function secondsOf({ resetMs }: Count): number {
  return Math.max(1, Math.ceil(resetMs / 1_000));
}
