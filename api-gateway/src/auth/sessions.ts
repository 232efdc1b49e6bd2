import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { DomainError } from "@animal-delivery/platform/errors";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { createSealedStore } from "./sealed-store.ts";

/** A browser's login, as it lies in the store. */
export interface Session extends Omit<TokenSet, "expiresInSeconds"> {
  /** Of the access token, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Of the session itself. */
  readonly endsAt: number;
}

export interface Sessions {
  /** Opens a session; answers the secret for the cookie. */
  open(tokens: TokenSet): Promise<string>;
  find(secret: string): Promise<Session | undefined>;
  /** The session's access token, a fresh one when the old is about to expire; undefined when the session is over. */
  accessToken(secret: string): Promise<string | undefined>;
  close(secret: string): Promise<void>;
}

/** An access token that lives shorter than this is not sent on. */
const FRESH_MS = 30_000;
/** How long one process may take to refresh before another may try. */
const LOCK_MS = 10_000;
const POLL_MS = 50;

/** @param ttlMs how long a session lasts, however often it is used. */
export function createSessions(kv: KeyValueStore, provider: IdentityProvider, ttlMs: number): Sessions {
  const store = createSealedStore<Session>(kv, "session");
  const refreshing = new Map<string, Promise<Session | undefined>>();
  const refresh = createRefresh(kv, provider, store);

  /** Two refreshes at once end the session at most providers: one runs, all take its tokens. */
  const refreshOnce = async (secret: string, session: Session): Promise<Session | undefined> => {
    const running = refreshing.get(secret) ?? refresh(secret, session);
    refreshing.set(secret, running);
    return running.finally(() => refreshing.delete(secret));
  };

  return {
    async open({ expiresInSeconds, ...tokens }) {
      const now = Date.now();
      return store.create({ ...tokens, expiresAt: now + expiresInSeconds * 1_000, endsAt: now + ttlMs }, ttlMs);
    },
    find: (secret) => store.read(secret),
    async accessToken(secret) {
      const session = await store.read(secret);
      if (!session || isFresh(session)) return session?.accessToken;
      return (await refreshOnce(secret, session))?.accessToken;
    },
    close: (secret) => store.remove(secret),
  };
}

function isFresh({ expiresAt }: Session): boolean {
  return expiresAt - Date.now() > FRESH_MS;
}

/** Refreshes under a lock that holds across processes; whoever does not get it waits for the winner's tokens. */
function createRefresh(
  kv: KeyValueStore,
  provider: IdentityProvider,
  store: ReturnType<typeof createSealedStore<Session>>,
) {
  const trade = async (secret: string, session: Session, refreshToken: string): Promise<Session | undefined> => {
    const tokens = await provider.refresh("browser", refreshToken).catch(async (error: unknown) => {
      if (!(error instanceof DomainError) || error.kind !== "unauthenticated") throw error;
      // The provider ended the session.
      await store.remove(secret);
      return undefined;
    });
    if (!tokens) return undefined;
    const { expiresInSeconds, ...fresh } = tokens;
    const next: Session = {
      ...session,
      ...fresh,
      refreshToken: fresh.refreshToken ?? refreshToken,
      idToken: fresh.idToken ?? session.idToken,
      expiresAt: Date.now() + expiresInSeconds * 1_000,
    };
    await store.replace(secret, next, Math.max(1, session.endsAt - Date.now()));
    return next;
  };

  return async (secret: string, session: Session): Promise<Session | undefined> => {
    const lock = `refresh:${store.nameOf(secret)}`;
    const owner = randomUUID();
    const giveUpAt = Date.now() + LOCK_MS;
    let current: Session | undefined = session;
    while (current && !isFresh(current) && Date.now() < giveUpAt) {
      if (current.refreshToken === undefined) return undefined;
      if (await kv.setIfAbsent(lock, owner, LOCK_MS)) {
        try {
          // Somebody may have been faster between the read and the lock.
          current = await store.read(secret);
          if (!current || isFresh(current) || current.refreshToken === undefined) return current;
          return await trade(secret, current, current.refreshToken);
        } finally {
          await kv.delete(lock);
        }
      }
      await sleep(POLL_MS);
      current = await store.read(secret);
    }
    return current;
  };
}
