import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from "jose";

export const AUDIENCE = "https://api.animal-delivery.example";

/** What a token says besides, and in place of, what every good one says. */
export interface TokenChanges {
  readonly claims?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** An issuer on loopback with discovery and keys. */
export interface TokenIssuer extends AsyncDisposable {
  readonly url: string;
  /** A good access token (RFC 9068), but for the changes. */
  token(changes?: TokenChanges): Promise<string>;
  /** The same, signed by somebody else under the issuer's key id. */
  forged(): Promise<string>;
  /** The same, signed by the classic confusion: the public key, which everybody has, as an HMAC secret. */
  signedWithPublicKey(): Promise<string>;
  /** The same with `alg: none` and no signature. */
  unsigned(): string;
}

export async function startTokenIssuer(roles: readonly string[]): Promise<TokenIssuer> {
  const keys = await generateKeyPair("RS256");
  const others = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "key-1", alg: "RS256", use: "sig" };
  const server = createServer((request, response) => {
    const isKeys = request.url === "/jwks";
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const good = { alg: "RS256", typ: "at+jwt", kid: "key-1" };
  const claimsWith = (changes: JWTPayload = {}): JWTPayload => {
    const iat = Math.floor(Date.now() / 1_000);
    const always = {
      iss: url,
      aud: AUDIENCE,
      sub: "ada",
      iat,
      exp: iat + 300,
      jti: crypto.randomUUID(),
      sid: "session",
    };
    return { ...always, roles, ...changes };
  };
  const sign = (key: CryptoKey, { claims, header }: TokenChanges = {}): Promise<string> => {
    return new SignJWT(claimsWith(claims)).setProtectedHeader({ ...good, ...header }).sign(key);
  };
  return {
    url,
    token: (changes) => sign(keys.privateKey, changes),
    forged: () => sign(others.privateKey),
    async signedWithPublicKey() {
      const content = `${encode({ ...good, alg: "HS256" })}.${encode(claimsWith())}`;
      const secret = await exportSPKI(keys.publicKey);
      return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
    },
    unsigned: () => `${encode({ ...good, alg: "none" })}.${encode(claimsWith())}.`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
