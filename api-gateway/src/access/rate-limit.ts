import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Exchange } from "../http/exchange.ts";

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

const WINDOW_S = 60;

/** @param perMinute how many requests of each class a caller has per minute. */
export function createRateLimits(perMinute: Readonly<Record<RouteClass, number>>): RateLimits {
  const limiter = (routeClass: RouteClass): RateLimiterMemory =>
    new RateLimiterMemory({ keyPrefix: routeClass, points: perMinute[routeClass], duration: WINDOW_S });
  const limiters: Record<RouteClass, RateLimiterMemory> = {
    read: limiter("read"),
    write: limiter("write"),
    stream: limiter("stream"),
    auth: limiter("auth"),
  };
  return {
    async take(routeClass, exchange) {
      const key = exchange.user ? `user ${exchange.user.subject}` : `address ${exchange.address}`;
      tell(exchange, perMinute[routeClass], await consume(limiters[routeClass], key, exchange));
    },
  };
}

/** @throws {DomainError} exhausted RATE_LIMITED, with `Retry-After`. */
export async function consume(limiter: RateLimiterMemory, key: string, exchange: Exchange): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    tell(exchange, limiter.points, error);
    exchange.headers.set("retry-after", String(secondsOf(error)));
    throw new DomainError("exhausted", "RATE_LIMITED", "too many requests in a short time");
  }
}

/** The three fields of draft-ietf-httpapi-ratelimit-headers-03, which is what clients understand. */
function tell({ headers }: Exchange, limit: number, state: RateLimiterRes): void {
  headers.set("ratelimit-limit", String(limit));
  headers.set("ratelimit-remaining", String(state.remainingPoints));
  headers.set("ratelimit-reset", String(secondsOf(state)));
}

function secondsOf({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1_000));
}
