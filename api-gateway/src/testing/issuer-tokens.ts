import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

export const AUDIENCE = "https://api.animal-delivery.example";

/** One sign-in: all its tokens share the session id. */
export interface SignedIn {
  readonly subject: string;
  readonly sessionId: string;
  readonly clientId: string;
}

/** Signs what an issuer issues. */
export interface IssuerTokens {
  readonly jwk: JWK;
  /** An access token of `ada`, a customer, with whatever claims and header are given. */
  access(issuer: string, claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** What the token endpoint answers; users have the role `customer`, `admin` has `admin`. */
  answer(issuer: string, who: SignedIn, lifetimeSeconds: number, nonce?: string): Promise<Record<string, unknown>>;
}

export async function createIssuerTokens(): Promise<IssuerTokens> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "test", alg: "RS256", use: "sig" };
  const sign = async (claims: JWTPayload, header: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "test", ...header }).sign(privateKey);
  const times = (lifetimeSeconds: number) => {
    const now = Math.floor(Date.now() / 1_000);
    return { iat: now, exp: now + lifetimeSeconds };
  };

  const access: IssuerTokens["access"] = async (iss, claims = {}, header = {}) => {
    const ada = { sub: "ada", sid: "session-of-ada", roles: ["customer"] };
    const common = { iss, aud: AUDIENCE, jti: randomUUID(), client_id: "test", ...times(300) };
    return sign({ ...common, ...ada, ...claims }, { typ: "at+jwt", ...header });
  };
  return {
    jwk,
    access,
    async answer(iss, { subject: sub, sessionId: sid, clientId }, lifetimeSeconds, nonce) {
      const roles = [sub === "admin" ? "admin" : "customer"];
      return {
        access_token: await access(iss, { sub, sid, roles, ...times(lifetimeSeconds) }),
        id_token: await sign({ iss, aud: clientId, sub, ...times(300), ...(nonce && { nonce }) }, { typ: "JWT" }),
        refresh_token: randomUUID(),
        token_type: "Bearer",
        expires_in: lifetimeSeconds,
      };
    },
  };
}
