import type { Count } from "@animal-delivery/platform/kv/key-value-store";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Exchange } from "../http/exchange.ts";
import type { Counters } from "./counters.ts";

/** What requests are counted apart by. */
export type RouteClass = "read" | "write" | "stream" | "auth";

export interface RateLimits {
  /**
   * Counts the request on its caller: the user, or the address when nobody is signed in. Tells the caller how much is left.
   *
   * @throws {DomainError} exhausted RATE_LIMITED.
   */
  take(routeClass: RouteClass, exchange: Exchange): Promise<void>;
}

/** How much of something there may be in a while. */
export interface Limit {
  readonly max: number;
  /** The window begins with the first of them. */
  readonly windowMs: number;
}

const WINDOW_MS = 60_000;

/** @param perMinute how many requests of each class a caller has per minute. */
export function createRateLimits(counters: Counters, perMinute: Readonly<Record<RouteClass, number>>): RateLimits {
  return {
    async take(routeClass, exchange) {
      const caller = exchange.user ? `user ${exchange.user.subject}` : `address ${exchange.address}`;
      const limit = { max: perMinute[routeClass], windowMs: WINDOW_MS };
      tell(exchange, limit, await consume(counters, `rate ${routeClass} ${caller}`, limit, exchange));
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

/** The three fields of draft-ietf-httpapi-ratelimit-headers-03, which is what clients understand. */
function tell({ headers }: Exchange, { max }: Limit, state: Count): void {
  headers.set("ratelimit-limit", String(max));
  headers.set("ratelimit-remaining", String(Math.max(0, max - state.count)));
  headers.set("ratelimit-reset", String(secondsOf(state)));
}

function secondsOf({ resetMs }: Count): number {
  return Math.max(1, Math.ceil(resetMs / 1_000));
}
