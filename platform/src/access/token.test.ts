import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTokenVerifier } from "./token.ts";

const AUDIENCE = "https://api.animal-delivery.example";

let server: Server;
let issuer: string;
let keysFetched = 0;
const keys = await generateKeyPair("RS256");
const otherKeys = await generateKeyPair("RS256");
/** Published beside it: a provider may sign other things with it, but no access tokens. */
const pssKeys = await generateKeyPair("PS256");
const pssJwk = { ...(await exportJWK(pssKeys.publicKey)), kid: "pss-1", alg: "PS256", use: "sig" };
const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: "key-1", alg: "RS256", use: "sig" };

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/jwks") keysFetched++;
    const documents: Record<string, unknown> = {
      "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/jwks` },
      "/impostor/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/jwks` },
      "/jwks": { keys: [publicJwk, pssJwk] },
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(documents[request.url ?? ""] ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe("a token verifier", () => {
  it("answers with the user of a good token", async () => {
    const token = await sign({ roles: ["customer", "courier"], sid: "session-1" });

    expect(await verifier().verify(token)).toEqual({
      subject: "ada",
      roles: ["customer", "courier"],
      sessionId: "session-1",
      expiresAt: expect.any(Date),
      token,
    });
  });

  it("takes no role from a token that is the platform's own word", async () => {
    const token = await sign({ roles: ["service:delivery", "anonymous", "customer", 7] });

    expect((await verifier().verify(token)).roles).toEqual(["customer"]);
  });

  it("allows clocks to differ by half a minute", async () => {
    await expect(verifier().verify(await sign({ exp: seconds(-20) }))).resolves.toMatchObject({ subject: "ada" });
  });

  it.each<[string, () => Promise<string>]>([
    ["that expired", () => sign({ exp: seconds(-60) })],
    ["for another audience", () => sign({ aud: "https://other.example" })],
    ["of another issuer", () => sign({ iss: "https://other.example" })],
    ["without a subject", () => sign({ sub: undefined })],
    ["without an expiry", () => sign({ exp: undefined })],
    ["without an id", () => sign({ jti: undefined })],
    ["that is an ID token", () => sign({}, { typ: "JWT" })],
    ["without a type", () => sign({}, {})],
    ["signed with another key", () => sign({}, { typ: "at+jwt" }, otherKeys.privateKey)],
    ["signed with a key that nobody knows", () => sign({}, { typ: "at+jwt", kid: "key-2" })],
    ["signed with a secret", () => signWithSecret()],
    ["signed with a published key of another algorithm", () => signWithPss()],
    ["without a signature", async () => new UnsecuredJWT(claims({})).encode()],
    ["that is garbage", async () => "garbage"],
    ["that is garbage in three parts", async () => "a.b.c"],
    ["that is empty", async () => ""],
    ["that is far too long", async () => "x".repeat(10_000)],
    ["with a changed payload", async () => tampered(await sign({}))],
  ])("refuses a token %s", async (_, tokenOf) => {
    await expect(verifier().verify(await tokenOf())).rejects.toMatchObject({
      kind: "unauthenticated",
      reason: "TOKEN_INVALID",
    });
  });

  it("is unavailable while the issuer is, and works when it is back", async () => {
    const away = createTokenVerifier({ issuer: "http://127.0.0.1:1", audience: AUDIENCE });

    await expect(away.verify(await sign({}))).rejects.toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
  });

  it("does not trust a discovery document that speaks for another issuer", async () => {
    const impostor = createTokenVerifier({ issuer: `${issuer}/impostor`, audience: AUDIENCE });

    await expect(impostor.verify(await sign({}))).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("reads the discovery document elsewhere when it is told to, and holds it to the issuer all the same", async () => {
    const discoveryUrl = `${issuer}/impostor/.well-known/openid-configuration`;
    const token = await sign({});
    const elsewhere = createTokenVerifier({ issuer, discoveryUrl, audience: AUDIENCE });
    const other = createTokenVerifier({ issuer: "https://idp.example", discoveryUrl, audience: AUDIENCE });

    await expect(elsewhere.verify(token)).resolves.toMatchObject({ subject: "ada" });
    await expect(other.verify(token)).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("refuses at once an issuer that is neither https nor on this machine", () => {
    expect(() => createTokenVerifier({ issuer: "http://idp.example", audience: AUDIENCE })).toThrow(/loopback/);
  });

  it("fetches the keys once for many tokens", async () => {
    const subject = verifier();
    const before = keysFetched;

    for (let count = 0; count < 5; count++) await subject.verify(await sign({}));

    expect(keysFetched - before).toBe(1);
  });
});

function verifier() {
  return createTokenVerifier({ issuer, audience: AUDIENCE });
}

function seconds(fromNow: number): number {
  return Math.floor(Date.now() / 1_000) + fromNow;
}

function claims(changed: Record<string, unknown>): JWTPayload {
  const exp = seconds(300);
  return { sub: "ada", aud: AUDIENCE, iss: issuer, jti: crypto.randomUUID(), iat: seconds(0), exp, ...changed };
}

function sign(
  changed: Record<string, unknown>,
  header: { typ?: string; kid?: string } = { typ: "at+jwt" },
  key: CryptoKey = keys.privateKey,
): Promise<string> {
  return new SignJWT(claims(changed)).setProtectedHeader({ alg: "RS256", kid: "key-1", ...header }).sign(key);
}

/** The classic confusion: the public key, which everybody has, used as an HMAC secret. */
async function signWithSecret(): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(publicJwk));
  return new SignJWT(claims({})).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: "key-1" }).sign(secret);
}

async function signWithPss(): Promise<string> {
  const header = { alg: "PS256", typ: "at+jwt", kid: "pss-1" };
  return new SignJWT(claims({})).setProtectedHeader(header).sign(pssKeys.privateKey);
}

function tampered(token: string): string {
  const [header, , signature] = token.split(".");
  const payload = Buffer.from(JSON.stringify(claims({ sub: "eve" }))).toString("base64url");
  return [header, payload, signature].join(".");
}
