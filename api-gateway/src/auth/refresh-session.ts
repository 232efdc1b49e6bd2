import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "@animal-delivery/platform/errors";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { IdentityProvider } from "./identity-provider.ts";
import { isFresh, type Session, type SessionStore, withTokens } from "./session.ts";

/** How long one process may take to refresh before another may try. */
const LOCK_MS = 10_000;
const POLL_MS = 50;

export interface RefreshOptions {
  readonly kv: KeyValueStore;
  readonly store: SessionStore;
  readonly provider: Pick<IdentityProvider, "refresh">;
}

/**
 * Gets fresh tokens for a session whose access token is about to expire, under a lock that holds across processes: two
 * refreshes at once end the session at most providers. Whoever does not get the lock waits for the winner's tokens.
 *
 * @returns undefined when the session is over.
 * @throws {DomainError} unavailable when the provider does not answer.
 */
export async function refreshSession(options: RefreshOptions, secret: string): Promise<Session | undefined> {
  const { kv, store } = options;
  const lock = `refresh:${store.nameOf(secret)}`;
  const owner = randomUUID();
  const giveUpAt = Date.now() + LOCK_MS;
  for (;;) {
    // Read again each time: somebody may have been faster.
    const session = await store.read(secret);
    if (!session || isFresh(session)) return session;
    if (await kv.setIfAbsent(lock, owner, LOCK_MS)) {
      try {
        return await trade(options, secret);
      } finally {
        await kv.delete(lock);
      }
    }
    if (Date.now() > giveUpAt) return session;
    await sleep(POLL_MS);
  }
}

async function trade({ store, provider }: RefreshOptions, secret: string): Promise<Session | undefined> {
  const session = await store.read(secret);
  if (!session || isFresh(session)) return session;
  if (session.refreshToken === undefined) return undefined;
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
