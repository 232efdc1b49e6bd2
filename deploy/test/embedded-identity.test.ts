import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { freePort } from "../embedded/free-port.ts";
import { type IdentityProvider, startIdentityProvider } from "../embedded/identity/start-identity-provider.ts";
import { openBrowser, type Visit } from "./fixtures/browser.ts";

const AUDIENCE = "https://api.animal-delivery.example";
const GATEWAY = "http://localhost:47999";
const VERIFIER = "v".repeat(50);

// Drives the provider as its clients do: the gateway, programs of our own, the API page and a browser.
describe("startIdentityProvider", () => {
  let folder: string;
  let port: number;
  let identity: IdentityProvider;
  const databaseUrl = new URL(inject("postgresUrl"));
  databaseUrl.pathname = `/identity_${randomUUID().replaceAll("-", "")}`;

  const start = () =>
    startIdentityProvider({
      folder,
      databaseUrl: databaseUrl.href,
      port,
      gatewayOrigin: GATEWAY,
      audience: AUDIENCE,
      telemetry: testTelemetry("identity"),
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "embedded-identity-"));
    port = await freePort();
    identity = await start();
  });
  afterAll(async () => {
    await identity.stop();
    const client = new Client({ connectionString: inject("postgresUrl") });
    await client.connect();
    await client.query(`drop database ${databaseUrl.pathname.slice(1)} with (force)`);
    await client.end();
    await rm(folder, { recursive: true, force: true });
  });

  interface TokenAnswer {
    readonly status: number;
    readonly access_token: string;
    readonly refresh_token: string;
    readonly id_token?: string;
    readonly error?: string;
  }

  async function token(parameters: Record<string, string>): Promise<TokenAnswer> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${identity.issuer}/token`, { method: "POST", body });
    return { status: response.status, ...((await response.json()) as Omit<TokenAnswer, "status">) };
  }
  const signIn = (username: string, password = `${username}-password`) =>
    token({ grant_type: "password", client_id: "first-party", username, password });
  const refresh = (refreshToken: string) =>
    token({ grant_type: "refresh_token", client_id: "first-party", refresh_token: refreshToken });

  async function corsOrigin(refreshToken: string, origin: string): Promise<string | null> {
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: "swagger",
      refresh_token: refreshToken,
    });
    const response = await fetch(`${identity.issuer}/token`, { method: "POST", body, headers: { origin } });
    return response.headers.get("access-control-allow-origin");
  }

  async function verified(accessToken: string) {
    const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, {
      issuer: identity.issuer,
      audience: AUDIENCE,
      algorithms: ["RS256"],
      typ: "at+jwt",
      requiredClaims: ["sub", "exp", "iat", "jti", "client_id", "sid"],
    });
    return { ...payload, typ: protectedHeader.typ, sid: payload.sid };
  }

  describe("password grant", () => {
    it.each([
      { username: "customer", sub: "a0000000-0000-4000-8000-000000000001", roles: ["customer"] },
      { username: "courier2", sub: "b0000000-0000-4000-8000-000000000002", roles: ["courier"] },
      { username: "dispatcher", sub: "c0000000-0000-4000-8000-000000000001", roles: ["dispatcher"] },
      { username: "admin", sub: "d0000000-0000-4000-8000-000000000001", roles: ["admin"] },
    ])("gives $username an access token for the API", async ({ username, sub, roles }) => {
      const { access_token: accessToken } = await signIn(username);

      expect(await verified(accessToken)).toMatchObject({ sub, roles, client_id: "first-party", aud: AUDIENCE });
    });

    it("answers a wrong password and an unknown name alike, in a like time", async () => {
      const attempt = async (username: string) => {
        const from = performance.now();
        const { status, ...body } = await signIn(username, "wrong");
        return { status, body, ms: performance.now() - from };
      };
      const wrong = await attempt("customer");
      const unknown = await attempt("nobody");

      expect(wrong.status).toBe(400);
      expect(unknown).toMatchObject({ status: wrong.status, body: wrong.body });
      // Both cost one hash; without it the answer would come in a tenth of the time.
      expect(unknown.ms).toBeGreaterThan(wrong.ms / 4);
    });

    it("is refused to the other clients", async () => {
      const answer = await token({ grant_type: "password", client_id: "swagger", username: "admin", password: "x" });

      expect(answer).toMatchObject({ status: 400, error: "invalid_request" });
    });
  });

  describe("refresh", () => {
    it("rotates the token and keeps the session", async () => {
      const first = await signIn("customer");

      const second = await refresh(first.refresh_token);
      const third = await refresh(second.refresh_token);

      expect(new Set([first, second, third].map((answer) => answer.refresh_token)).size).toBe(3);
      expect((await verified(third.access_token)).sid).toBe(decodeJwt(first.access_token).sid);
    });

    it("ends the whole family when an old token comes again", async () => {
      const first = await signIn("customer");
      const second = await refresh(first.refresh_token);

      expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, error: "invalid_grant" });
      expect(await refresh(second.refresh_token)).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("never makes two families of one token that is used twice at once", async () => {
      const { refresh_token: shared } = await signIn("customer");

      const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(shared)));

      const winners = answers.filter(({ status }) => status === 200);
      expect(winners.length).toBeLessThanOrEqual(1);
      for (const winner of winners) expect((await refresh(winner.refresh_token)).status).toBe(400);
    });

    it("is over after a revocation", async () => {
      const { refresh_token: refreshToken } = await signIn("customer");

      const body = new URLSearchParams({ client_id: "first-party", token: refreshToken });
      const revocation = await fetch(`${identity.issuer}/token/revocation`, { method: "POST", body });

      expect(revocation.status).toBe(200);
      expect(await refresh(refreshToken)).toMatchObject({ status: 400, error: "invalid_grant" });
    });
  });

  describe("code with PKCE", () => {
    const authorization = (clientId: string, redirectUri: string) => {
      const address = new URL(`${identity.issuer}/auth`);
      address.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: "openid profile api",
        state: "state",
        code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
        code_challenge_method: "S256",
      }).toString();
      return address.href;
    };
    const redeem = (arrived: Visit, redirectUri: string, client: Record<string, string>) =>
      token({
        grant_type: "authorization_code",
        code: new URL(arrived.url).searchParams.get("code") ?? "",
        redirect_uri: redirectUri,
        code_verifier: VERIFIER,
        ...client,
      });
    const callback = `${GATEWAY}/v1/auth/callback`;
    const gateway = () => ({ client_id: "api-gateway", client_secret: identity.gatewaySecret });

    it("signs in through the form, and out again", async () => {
      const browser = openBrowser(identity.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      expect(form.html).toContain("Sign in");
      expect(form.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");

      const arrived = await browser.submit(form.url, { username: "courier", password: "courier-password" });
      const tokens = await redeem(arrived, callback, gateway());

      expect(await verified(tokens.access_token)).toMatchObject({ roles: ["courier"], client_id: "api-gateway" });
      expect(decodeJwt(tokens.id_token ?? "")).toMatchObject({ preferred_username: "courier" });
      const renewed = await token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token, ...gateway() });
      expect(decodeJwt(renewed.access_token).sid).toBe(decodeJwt(tokens.access_token).sid);

      const end = new URLSearchParams({
        id_token_hint: tokens.id_token ?? "",
        post_logout_redirect_uri: `${GATEWAY}/`,
      });
      const asked = await browser.get(`${identity.issuer}/session/end?${end.toString()}`);
      const xsrf = /name="xsrf" value="([^"]+)"/u.exec(asked.html)?.[1] ?? "";
      const out = await browser.submit(`${identity.issuer}/session/end/confirm`, { xsrf, logout: "yes" });

      expect(out.url).toBe(`${GATEWAY}/`);
      const after = await token({ grant_type: "refresh_token", refresh_token: renewed.refresh_token, ...gateway() });
      expect(after).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("shows the form again after a wrong password", async () => {
      const browser = openBrowser(identity.issuer);
      const form = await browser.get(authorization("api-gateway", callback));

      const answer = await browser.submit(form.url, { username: "courier", password: "wrong" });

      expect(answer.status).toBe(401);
      expect(answer.html).toContain("Name or password is wrong.");
    });

    it("takes no sign-in from a browser that did not begin it", async () => {
      const form = await openBrowser(identity.issuer).get(authorization("api-gateway", callback));

      const answer = await openBrowser(identity.issuer).submit(form.url, {
        username: "courier",
        password: "courier-password",
      });

      expect(answer.status).toBe(400);
      expect(answer.html).toContain("Sign-in expired");
    });

    it("serves the API page, which has no secret, across origins", async () => {
      const redirectUri = `${GATEWAY}/docs/oauth2-redirect.html`;
      const browser = openBrowser(identity.issuer);
      const form = await browser.get(authorization("swagger", redirectUri));
      const arrived = await browser.submit(form.url, { username: "admin", password: "admin-password" });

      const tokens = await redeem(arrived, redirectUri, { client_id: "swagger" });

      expect(await verified(tokens.access_token)).toMatchObject({ roles: ["admin"], client_id: "swagger" });
      expect(await corsOrigin(tokens.refresh_token, GATEWAY)).toBe(GATEWAY);
      expect(await corsOrigin(tokens.refresh_token, "http://evil.example")).toBeNull();
    });

    it.each([
      { what: "without PKCE", change: (address: URL) => address.searchParams.delete("code_challenge") },
      {
        what: "to a foreign address",
        change: (address: URL) => address.searchParams.set("redirect_uri", "http://x.y/"),
      },
    ])("refuses a request $what", async ({ change }) => {
      const address = new URL(authorization("api-gateway", callback));
      change(address);

      const answer = await openBrowser(identity.issuer).get(address.href);

      expect(`${answer.status} ${answer.url}`).toMatch(/^400 |error=invalid_request/u);
    });
  });

  it("keeps keys, sessions and secrets over a restart, readable by their owner alone", async () => {
    const before = await signIn("customer");
    await identity.stop();

    identity = await start();

    expect(await verified(before.access_token)).toMatchObject({ roles: ["customer"] });
    expect((await refresh(before.refresh_token)).status).toBe(200);
    for (const file of ["keys.json", "api-gateway.secret"]) {
      expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
    }
  });

  it("tells its health, and who still has a password that everybody knows", async () => {
    expect((await fetch(`${identity.issuer}/healthz`)).status).toBe(200);
    expect(await identity.usersWithSeededPassword()).toHaveLength(6);
  });

  it("names the port that is taken", async () => {
    const taken = await freePort();
    await using server = createServer().listen(taken, "127.0.0.1");
    await once(server, "listening");

    const other = startIdentityProvider({
      folder: join(folder, "other"),
      databaseUrl: databaseUrl.href,
      port: taken,
      gatewayOrigin: GATEWAY,
      audience: AUDIENCE,
      telemetry: testTelemetry("identity"),
    });

    await expect(other).rejects.toThrow(`Port ${taken}, wanted for the identity provider, is taken`);
  });
});
