import type { JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { verifyJwt } from "@animal-delivery/platform/access/verify-jwt";
import { DomainError } from "@animal-delivery/platform/errors";
import { InvalidRequest } from "@animal-delivery/platform/http/problem";

/** What a logout token says: this session is over. */
export interface EndedSession {
  readonly sessionId: string;
  /** No other token has this id. */
  readonly tokenId: string;
  readonly expiresAt: Date;
}

export interface LogoutTokenRules {
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  /** Our clients at the provider; each session belongs to one or more of them. */
  readonly clientIds: readonly string[];
}

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const id = z.string().min(1).max(255);

const Claims = z.object({
  jti: id,
  exp: z.number(),
  events: z.object({ [EVENT]: z.looseObject({}) }),
  // A token that names only the subject would end the logins to come, too: our clients are registered to be told the session.
  sid: id,
  // An ID token has one; a logout token never.
  nonce: z.undefined().optional(),
});

/**
 * Verifies a logout token, OpenID Connect Back-Channel Logout 1.0, section 2.6.
 *
 * @throws {InvalidRequest} when it is not one of our provider for us; {DomainError} unavailable when that cannot be told now.
 */
export async function verifyLogoutToken(token: string, rules: LogoutTokenRules): Promise<EndedSession> {
  const { keys, issuer, clientIds } = rules;
  const payload = await verifyJwt(token, keys, {
    what: "logout token",
    issuer,
    audience: [...clientIds],
    typ: "logout+jwt",
    requiredClaims: ["iat", "exp", "jti"],
  }).catch((error: unknown) => {
    if (error instanceof DomainError && error.kind === "unauthenticated") throw refused(error.message);
    throw error;
  });
  const { success, data, error } = Claims.safeParse(payload);
  if (!success) throw refused(`the logout token's claim ${error.issues[0]?.path.join(".")} is not as it must be`);
  return { sessionId: data.sid, tokenId: data.jti, expiresAt: new Date(data.exp * 1_000) };
}

function refused(message: string): InvalidRequest {
  return new InvalidRequest([{ field: "logout_token", message }]);
}
