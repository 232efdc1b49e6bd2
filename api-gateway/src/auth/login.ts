import { randomBytes } from "node:crypto";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import type { HttpContext } from "@animal-delivery/platform/http/route";
import { InvalidRequest } from "@animal-delivery/platform/http/problem";
import { LOGIN_COOKIE, SESSION_COOKIE, clearCookie, cookieOf, setCookie } from "./cookies.ts";
import type { LoginChecks } from "./code-flow.ts";
import type { IdentityProvider, TokenSet } from "./identity-provider.ts";
import { loginAnswer } from "./login-answer.ts";
import { returnTo } from "./return-to.ts";
import { createSealedStore } from "./sealed-store.ts";
import type { Sessions } from "./sessions.ts";

interface Login extends LoginChecks {
  readonly returnTo: string;
}

export interface LoginOptions {
  readonly kv: KeyValueStore;
  readonly provider: IdentityProvider;
  readonly sessions: Sessions;
  readonly verifier: TokenVerifier;
  readonly deniedSessions: Pick<DeniedSessions, "isDenied">;
  readonly sessionTtlMs: number;
}

const LOGIN_TTL_MS = 600_000;

/** A browser's login by authorization code with PKCE; what it must end with is bound to the browser by a cookie. */
export function createLogin({ kv, provider, sessions, verifier, deniedSessions, sessionTtlMs }: LoginOptions) {
  const logins = createSealedStore<Login>(kv, "login");

  /** The provider's session may outlive a logout here, say for another client of ours, and would bring the denied one back. */
  const isOver = async ({ accessToken }: TokenSet): Promise<boolean> => {
    const { sessionId } = await verifier.verify(accessToken);
    return sessionId !== "" && deniedSessions.isDenied(sessionId);
  };
  /** To the provider, to end it there; the next login is a new one then. */
  const wayOut = async ({ idToken }: TokenSet): Promise<string> => {
    const url = await provider.endSessionUrl(idToken);
    if (!url) throw tokenInvalid("the session has ended");
    return url.href;
  };

  return {
    login: async (c: HttpContext): Promise<Response> => {
      const checks = { state: random(), nonce: random(), codeVerifier: random() };
      const login: Login = { ...checks, returnTo: returnTo(c.req.query("return_to")) };
      const url = await provider.authorizationUrl(checks);
      const secret = await logins.create(login, LOGIN_TTL_MS);
      return redirect(url.href, setCookie(LOGIN_COOKIE, secret, LOGIN_TTL_MS));
    },

    callback: async (c: HttpContext): Promise<Response> => {
      const secret = cookieOf(c.req.raw, LOGIN_COOKIE);
      const login = secret === undefined ? undefined : await logins.read(secret);
      if (secret === undefined || !login || c.req.query("state") !== login.state) {
        throw new InvalidRequest([{ field: "state", message: "must be of a login that this browser began" }]);
      }
      await logins.remove(secret);
      const answer = loginAnswer(new URL(c.req.url).searchParams);
      const tokens = await provider.finishLogin(answer, login);
      if (await isOver(tokens)) return redirect(await wayOut(tokens), clearCookie(LOGIN_COOKIE));
      const session = await sessions.open(tokens);
      return redirect(login.returnTo, setCookie(SESSION_COOKIE, session, sessionTtlMs), clearCookie(LOGIN_COOKIE));
    },
  };
}

/** 256 bits, which is what RFC 7636 asks of a verifier. */
function random(): string {
  return randomBytes(32).toString("base64url");
}

export function redirect(location: string, ...cookies: string[]): Response {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}
