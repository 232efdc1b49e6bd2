import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import { DomainError } from "../errors.ts";
import { tokenInvalid } from "./token-invalid.ts";

export interface JwtRules {
  /** What the token is, for the refusal's text: `access token`. */
  readonly what: string;
  readonly issuer: string;
  /** One of these must be among those that the token is for. */
  readonly audience: string | string[];
  /** The header's `typ`; tokens of another kind never pass. Undefined for ID tokens, which need not have one. */
  readonly typ?: string;
  readonly requiredClaims: string[];
  readonly clockSkewMs?: number | undefined;
}

const CLOCK_SKEW_MS = 30_000;

/** jose's errors that speak of the token; all others speak of the keys. */
const TOKEN_FAULTS = /^ERR_(JWT|JWS|JWE|JOSE_ALG|JOSE_NOT|JWKS_NO_MATCHING|JWKS_MULTIPLE)/;

/**
 * Verifies a token that the issuer signed: signature, algorithm, type, issuer, audience, times.
 *
 * @throws {DomainError} unauthenticated TOKEN_INVALID; unavailable UNAVAILABLE when the issuer's keys cannot be had.
 */
export async function verifyJwt(
  token: string,
  keys: JWTVerifyGetKey,
  { what, clockSkewMs = CLOCK_SKEW_MS, ...rules }: JwtRules,
): Promise<JWTPayload> {
  try {
    const options = { ...rules, algorithms: ["RS256"], clockTolerance: clockSkewMs / 1_000 };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw tokenInvalid(`the ${what} has expired`);
    if (error instanceof errors.JOSEError && TOKEN_FAULTS.test(error.code)) {
      throw tokenInvalid(`the ${what} is not valid`);
    }
    throw new DomainError("unavailable", "UNAVAILABLE", `${what}s cannot be checked now`, {}, { cause: error });
  }
}
