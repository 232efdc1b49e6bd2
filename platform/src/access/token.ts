import type { JWTPayload } from "jose";
import type { OidcOptions } from "../config/options.ts";
import type { User } from "./caller.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { createTokenCache } from "./token-cache.ts";
import { tokenInvalid } from "./token-invalid.ts";
import { verifyJwt } from "./verify-jwt.ts";

export interface TokenVerifierOptions extends OidcOptions {
  readonly clockSkewMs?: number;
}

/** Checks access tokens. */
export interface TokenVerifier {
  /**
   * The user whom the token speaks for.
   *
   * @throws {DomainError} unauthenticated TOKEN_INVALID; unavailable UNAVAILABLE when the issuer's keys cannot be had.
   */
  verify(token: string): Promise<User>;
}

export interface IssuerTokenVerifier extends TokenVerifier {
  /** Asks for the issuer's keys, so that the first caller does not wait for them. Resolves also when they cannot be had. */
  prepare(): Promise<void>;
}

/** Longest token that is looked at. */
const TOKEN_CHARS_MAX = 8_192;

/** Verifies the JWT access tokens of RFC 9068: signature, algorithm, type, issuer, audience, times. An ID token never passes. */
export function createTokenVerifier(options: TokenVerifierOptions): IssuerTokenVerifier {
  const keys = createIssuerKeys(options);
  const cache = createTokenCache();
  const rules = {
    what: "access token",
    issuer: options.issuer,
    audience: options.audience,
    typ: "at+jwt",
    requiredClaims: ["sub", "exp", "iat", "jti"],
    clockSkewMs: options.clockSkewMs,
  };
  return {
    prepare: () => keys.prepare(),
    async verify(token) {
      const known = cache.get(token);
      if (known) return known;
      if (token.length > TOKEN_CHARS_MAX) throw tokenInvalid("the access token is too long");
      const user = userOf(token, await verifyJwt(token, keys, rules));
      cache.put(user);
      return user;
    },
  };
}

function userOf(token: string, payload: JWTPayload): User {
  const { sub, exp, sid, roles } = payload;
  if (!sub || sub.length > 255 || exp === undefined) throw tokenInvalid("the access token names no subject");
  return {
    subject: sub,
    roles: Array.isArray(roles) ? roles.filter(isUserRole) : [],
    sessionId: typeof sid === "string" ? sid : "",
    expiresAt: new Date(exp * 1_000),
    token,
  };
}

/** `service:…` and `anonymous` are the platform's own words: no token may claim them. */
function isUserRole(role: unknown): role is string {
  return typeof role === "string" && role !== "anonymous" && !role.includes(":");
}
