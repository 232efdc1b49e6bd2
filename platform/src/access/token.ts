import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import type { OidcOptions } from "../config/options.ts";
import { DomainError } from "../errors.ts";
import { tokenInvalid } from "./token-invalid.ts";
import type { User } from "./caller.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { createTokenCache } from "./token-cache.ts";

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

/** jose's errors that speak of the token; all others speak of the keys. */
const TOKEN_FAULTS = /^ERR_(JWT|JWS|JWE|JOSE_ALG|JOSE_NOT|JWKS_NO_MATCHING|JWKS_MULTIPLE)/;

/** Longest token that is looked at. */
const TOKEN_CHARS_MAX = 8_192;

/** Verifies the JWT access tokens of RFC 9068: signature, algorithm, type, issuer, audience, times. An ID token never passes. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const keys = createIssuerKeys(options);
  const cache = createTokenCache();
  return {
    async verify(token) {
      const known = cache.get(token);
      if (known) return known;
      if (token.length > TOKEN_CHARS_MAX) throw tokenInvalid("the access token is too long");
      const payload = await verifiedPayload(token, keys, options);
      const user = userOf(token, payload);
      cache.put(user);
      return user;
    },
  };
}

async function verifiedPayload(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, clockSkewMs = 30_000 }: TokenVerifierOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: "at+jwt",
      algorithms: ["RS256"],
      requiredClaims: ["sub", "exp", "iat", "jti"],
      clockTolerance: clockSkewMs / 1_000,
    });
    return payload;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (error instanceof errors.JWTExpired) throw tokenInvalid("the access token has expired");
    if (error instanceof errors.JOSEError && TOKEN_FAULTS.test(error.code))
      throw tokenInvalid("the access token is not valid");
    throw new DomainError("unavailable", "UNAVAILABLE", "access tokens cannot be checked now", {}, { cause: error });
  }
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
