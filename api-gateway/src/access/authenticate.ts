import type { User } from "@animal-delivery/platform/access/caller";
import type { DeniedSessions } from "@animal-delivery/platform/access/denied-sessions";
import { tokenInvalid } from "@animal-delivery/platform/access/token-invalid";
import type { TokenVerifier } from "@animal-delivery/platform/access/token";
import type { Sessions } from "../auth/sessions.ts";
import { SESSION_COOKIE, cookieOf } from "../auth/cookies.ts";
import { assertSameOrigin } from "./csrf.ts";

export interface AuthenticateOptions {
  readonly verifier: TokenVerifier;
  readonly deniedSessions: Pick<DeniedSessions, "isDenied">;
  readonly sessions: Pick<Sessions, "accessToken">;
  /** Our own origin, for requests with a cookie. */
  readonly origin: string;
}

/** Finds out who sent a request. */
export interface Authenticator {
  /**
   * The user behind the bearer token or, without one, behind the session cookie; undefined when there is neither, or when
   * the cookie's session is over.
   *
   * @throws {DomainError} unauthenticated TOKEN_INVALID for a bearer token that is not good, forbidden CSRF_REFUSED,
   *   unavailable while tokens cannot be checked.
   */
  (request: Request): Promise<User | undefined>;
}

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

export function createAuthenticator(options: AuthenticateOptions): Authenticator {
  const { verifier, deniedSessions, sessions, origin } = options;
  const isOver = ({ sessionId }: User): boolean => sessionId !== "" && deniedSessions.isDenied(sessionId);

  const byCookie = async (request: Request, sessionSecret: string): Promise<User | undefined> => {
    assertSameOrigin(request, origin);
    const token = await sessions.accessToken(sessionSecret);
    const user = token === undefined ? undefined : await verifier.verify(token);
    return user && !isOver(user) ? user : undefined;
  };

  return async (request) => {
    const authorization = request.headers.get("authorization");
    if (authorization === null) {
      const secret = cookieOf(request, SESSION_COOKIE);
      return secret === undefined ? undefined : byCookie(request, secret);
    }
    const token = BEARER.exec(authorization)?.[1];
    if (!token) throw tokenInvalid("the authorization header holds no bearer token");
    const user = await verifier.verify(token);
    if (isOver(user)) throw tokenInvalid("the session has ended");
    return user;
  };
}
