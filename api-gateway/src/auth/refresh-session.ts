import { DomainError } from "@animal-delivery/platform/errors";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { IdentityProvider } from "./identity-provider.ts";
import { onceAtATime } from "./once-at-a-time.ts";
import { isFresh, type Session, type SessionStore, withTokens } from "./session.ts";

export interface RefreshOptions {
  readonly kv: KeyValueStore;
  readonly store: SessionStore;
  readonly provider: Pick<IdentityProvider, "refresh">;
}

interface Refreshed {
  readonly session: Session | undefined;
}

/**
 * Gets fresh tokens for a session whose access token is about to expire, one request at a time: two refreshes at once end the
 * session at most providers. Whoever comes second gets the first one's tokens.
 *
 * @returns undefined when the session is over.
 * @throws {DomainError} unavailable when the provider does not answer.
 */
export async function refreshSession(options: RefreshOptions, secret: string): Promise<Session | undefined> {
  const { kv, store } = options;
  const { session } = await onceAtATime<Refreshed>(kv, {
    lock: `refresh:${store.nameOf(secret)}`,
    find: async () => {
      const found = await store.read(secret);
      return !found || isFresh(found) ? { session: found } : undefined;
    },
    work: async () => ({ session: await trade(options, secret) }),
  });
  return session;
}

async function trade({ store, provider }: RefreshOptions, secret: string): Promise<Session | undefined> {
  const session = await store.read(secret);
  if (session?.refreshToken === undefined) return undefined;
  try {
    const next = withTokens(session, await provider.refresh("browser", session.refreshToken));
    await store.replace(secret, next, Math.max(1, session.endsAt - Date.now()));
    return next;
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "unauthenticated") throw error;
    // The provider ended the session.
    await store.remove(secret);
    return undefined;
  }
}
