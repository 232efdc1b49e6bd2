import type { TokenSet } from "./identity-provider.ts";
import type { SealedStore } from "./sealed-store.ts";

/** A browser's login, as it lies in the store. */
export interface Session extends Omit<TokenSet, "expiresInSeconds" | "refreshExpiresInSeconds"> {
  /** Of the access token, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Of the session itself. */
  readonly endsAt: number;
}

export type SessionStore = SealedStore<Session>;

/** An access token that lives shorter than this is not sent on. */
const FRESH_MS = 30_000;

export function isFresh({ expiresAt }: Session): boolean {
  return expiresAt - Date.now() > FRESH_MS;
}

/** The session with the tokens that a refresh brought; what the provider did not send anew stays. */
export function withTokens(session: Session, tokens: TokenSet): Session {
  return {
    ...session,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? session.refreshToken,
    idToken: tokens.idToken ?? session.idToken,
    expiresAt: Date.now() + tokens.expiresInSeconds * 1_000,
  };
}
