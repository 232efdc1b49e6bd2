import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { refreshSession } from "./refresh-session.ts";
import { createSealedStore } from "./sealed-store.ts";
import { isFresh, type Session } from "./session.ts";

/** The logins of browsers. */
export interface Sessions {
  /** Opens a session; answers the secret for the cookie. */
  open(tokens: TokenSet): Promise<string>;
  find(secret: string): Promise<Session | undefined>;
  /** The session's access token, a fresh one when the old is about to expire; undefined when the session is over. */
  accessToken(secret: string): Promise<string | undefined>;
  close(secret: string): Promise<void>;
}

/** @param ttlMs how long a session lasts, however often it is used. */
export function createSessions(
  kv: KeyValueStore,
  provider: Pick<IdentityProvider, "refresh">,
  ttlMs: number,
): Sessions {
  const store = createSealedStore<Session>(kv, "session");
  /** Refreshes under way in this process. */
  const refreshing = new Map<string, Promise<Session | undefined>>();

  const refreshOnce = async (secret: string): Promise<Session | undefined> => {
    const running = refreshing.get(secret) ?? refreshSession({ kv, store, provider }, secret);
    refreshing.set(secret, running);
    return running.finally(() => refreshing.delete(secret));
  };

  return {
    async open({ expiresInSeconds, accessToken, refreshToken, idToken }) {
      const now = Date.now();
      const times = { expiresAt: now + expiresInSeconds * 1_000, endsAt: now + ttlMs };
      return store.create({ accessToken, refreshToken, idToken, ...times }, ttlMs);
    },
    find: (secret) => store.read(secret),
    async accessToken(secret) {
      const session = await store.read(secret);
      if (!session || isFresh(session)) return session?.accessToken;
      return (await refreshOnce(secret))?.accessToken;
    },
    close: (secret) => store.remove(secret),
  };
}
