import { z } from "zod";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import type { Authenticator } from "../access/authenticate.ts";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import { assertSameOrigin } from "../access/csrf.ts";
import type { HttpContext } from "@animal-delivery/platform/http/route";
import { SESSION_COOKIE, clearCookie, cookieOf } from "./cookies.ts";
import type { IdentityProvider, OidcClient } from "./identity-provider.ts";
import { redirect } from "./login.ts";
import { readForm } from "./read-form.ts";
import { RefreshToken } from "./refresh-token.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

export interface LogoutOptions {
  readonly authenticate: Authenticator;
  readonly verifier: TokenVerifier;
  readonly provider: IdentityProvider;
  readonly sessions: Sessions;
  readonly deniedSessions: Pick<DeniedSessions, "deny">;
  readonly origin: string;
  /** How long the session's tokens are refused; longer than any of them lives. */
  readonly denyMs: number;
}

const Logout = z.strictObject({ refresh_token: RefreshToken.optional() });

/**
 * Ends a session: its refresh token is revoked at the provider, its access tokens are denied everywhere. With a cookie it is
 * the browser's session, and the provider's own is to end as well: a form of our own page goes on there, for other requests
 * the provider is asked. With a bearer token it is that token's session, and the body may name the refresh token.
 */
export function createLogout(options: LogoutOptions) {
  const { authenticate, verifier, provider, sessions, deniedSessions, origin, denyMs } = options;

  const deny = async (sessionId: string): Promise<void> =>
    sessionId === "" ? undefined : deniedSessions.deny(sessionId, denyMs);
  const revoke = async (client: OidcClient, refreshToken: string | undefined): Promise<void> =>
    refreshToken === undefined ? undefined : provider.revoke(client, refreshToken);

  const closeBrowserSession = async (secret: string): Promise<Session | undefined> => {
    const session = await sessions.find(secret);
    if (!session) return undefined;
    const user = await verifier.verify(session.accessToken).catch(() => undefined);
    await allOf(sessions.close(secret), deny(user?.sessionId ?? ""), revoke("browser", session.refreshToken));
    return session;
  };

  const logoutBrowser = async (c: HttpContext, secret: string): Promise<Response> => {
    assertSameOrigin(c.req.raw, origin);
    const session = await closeBrowserSession(secret);
    const cookie = clearCookie(SESSION_COOKIE);
    const isForm = c.req.header("accept")?.includes("text/html") ?? false;
    if (!isForm) {
      if (session?.idToken !== undefined) await provider.endSession(session.idToken);
      return new Response(null, { status: 204, headers: { "set-cookie": cookie } });
    }
    const end = session && (await provider.endSessionUrl(session.idToken));
    const answer = redirect(end?.href ?? "/", cookie);
    return new Response(null, { status: 303, headers: answer.headers });
  };

  const logoutBearer = async (c: HttpContext): Promise<Response> => {
    const user = await authenticate(c.req.raw);
    if (!user) throw tokenInvalid("there is no session to end");
    c.get("exchange").user = user;
    const { refresh_token } = await readForm(c.req.raw, Logout);
    await allOf(deny(user.sessionId), revoke("first-party", refresh_token));
    return new Response(null, { status: 204 });
  };

  return async (c: HttpContext): Promise<Response> => {
    const secret = cookieOf(c.req.raw, SESSION_COOKIE);
    return secret !== undefined && !c.req.header("authorization") ? logoutBrowser(c, secret) : logoutBearer(c);
  };
}

/** Ends what can be ended, whatever else cannot; then throws what went wrong first. */
async function allOf(...work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
