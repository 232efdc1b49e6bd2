import type { User } from "./caller.ts";

/** Tokens kept; about 2 KB each. */
const TOKENS_MAX = 10_000;
/** After this the signature is checked again, so a key that the issuer withdrew does not live on here. */
const AGE_MS_MAX = 300_000;

/** Remembers verified tokens until they expire, the most recently used ones. */
export function createTokenCache(tokensMax = TOKENS_MAX, now: () => number = Date.now) {
  const entries = new Map<string, { user: User; until: number }>();
  return {
    get(token: string): User | undefined {
      const entry = entries.get(token);
      if (!entry) return undefined;
      entries.delete(token);
      if (entry.until <= now()) return undefined;
      // A Map keeps the order of insertion: the first entry is the one used least recently.
      entries.set(token, entry);
      return entry.user;
    },
    put(user: User): void {
      entries.set(user.token, { user, until: Math.min(user.expiresAt.getTime(), now() + AGE_MS_MAX) });
      for (const oldest of entries.keys()) {
        if (entries.size <= tokensMax) break;
        entries.delete(oldest);
      }
    },
  };
}
