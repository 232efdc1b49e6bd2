import { createHash } from "node:crypto";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { onceAtATime } from "./once-at-a-time.ts";
import { createSealedStore } from "./sealed-store.ts";

/** How long the answer to a refresh token is kept for others who bring the same one. */
const SHARED_MS = 2_000;

/**
 * Trades refresh tokens of programs, so that one that several requests bring at the same moment is used once: providers take
 * the second use for theft and end the session, the first one's new tokens too. All of them get the same answer. It is kept
 * for two seconds under a name and a key made of the refresh token: who does not hold the token neither finds nor reads it.
 * Whoever brings the token later is told by the provider what it thinks of that.
 */
export function createSharedRefresh(
  kv: KeyValueStore,
  provider: Pick<IdentityProvider, "refresh">,
): (refreshToken: string) => Promise<TokenSet> {
  const answers = createSealedStore<TokenSet>(kv, "refreshed");
  /** Refreshes under way in this process. */
  const running = new Map<string, Promise<TokenSet>>();

  const refresh = async (secret: string, refreshToken: string): Promise<TokenSet> => {
    const trade = async (): Promise<TokenSet> => provider.refresh("first-party", refreshToken);
    const [isAway, shared] = await answers.read(secret).then(
      (found) => [false, found] as const,
      () => [true, undefined] as const,
    );
    // Without the store a program stays signed in all the same; then only this process's requests share an answer.
    if (isAway) return trade();
    if (shared) return shared;
    return onceAtATime(kv, {
      lock: `refresh:${answers.nameOf(secret)}`,
      find: async () => answers.read(secret),
      work: async () => {
        const tokens = await trade();
        await answers.replace(secret, tokens, SHARED_MS).catch(() => undefined);
        return tokens;
      },
    });
  };

  return async (refreshToken) => {
    const secret = createHash("sha256").update(refreshToken).digest("base64url");
    const underway = running.get(secret) ?? refresh(secret, refreshToken);
    running.set(secret, underway);
    return underway.finally(() => running.delete(secret));
  };
}
