import { createHash } from "node:crypto";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { RateLimits } from "../access/rate-limit.ts";
import type { Exchange } from "@animal-delivery/platform/http/exchange";
import { createSealedStore } from "./sealed-store.ts";

/** As long as the window of the limit: a token that is older is the first of its session in this window. */
const KNOWN_MS = 60_000;

/** Limits refreshes by account, whatever addresses they come from. */
export interface RefreshLimit {
  /**
   * Counts a refresh on the account that the token is known to be of. Looks before the token is used up: a refusal afterwards
   * would lose the session.
   *
   * @throws {DomainError} exhausted RATE_LIMITED.
   */
  take(refreshToken: string, exchange: Exchange): Promise<void>;
  /** Remembers for a minute whose the token is. Never rejects: with the store away, addresses alone are counted. */
  remember(refreshToken: string | undefined, subject: string): Promise<void>;
}

export function createRefreshLimit(kv: KeyValueStore, rateLimits: RateLimits): RefreshLimit {
  const accounts = createSealedStore<string>(kv, "refresh-account");
  return {
    async take(refreshToken, exchange) {
      const subject = await accounts.read(secretOf(refreshToken)).catch(() => undefined);
      if (subject !== undefined) await rateLimits.take("auth", exchange, subject);
    },
    async remember(refreshToken, subject) {
      if (refreshToken === undefined) return;
      await accounts.replace(secretOf(refreshToken), subject, KNOWN_MS).catch(() => undefined);
    },
  };
}

function secretOf(refreshToken: string): string {
  return createHash("sha256").update(refreshToken).digest("base64url");
}
