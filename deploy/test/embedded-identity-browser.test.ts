import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { openBrowser, type Visit } from "./fixtures/browser.ts";
import { GATEWAY, givenIdentity } from "./fixtures/identity.ts";

const VERIFIER = "v".repeat(50);
const COURIER2 = "b0000000-0000-4000-8000-000000000002";

// Drives the provider as the gateway, the API page and a browser do.
describe("startIdentityProvider", () => {
  const identity = givenIdentity();

  async function corsOrigin(refreshToken: string, origin: string): Promise<string | null> {
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: "swagger",
      refresh_token: refreshToken,
    });
    const response = await fetch(`${identity.provider.issuer}/token`, { method: "POST", body, headers: { origin } });
    return response.headers.get("access-control-allow-origin");
  }

  describe("code with PKCE", () => {
    const authorization = (clientId: string, redirectUri: string) => {
      const address = new URL(`${identity.provider.issuer}/auth`);
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
      identity.token({
        grant_type: "authorization_code",
        code: new URL(arrived.url).searchParams.get("code") ?? "",
        redirect_uri: redirectUri,
        code_verifier: VERIFIER,
        ...client,
      });
    const callback = `${GATEWAY}/v1/auth/callback`;
    const gateway = () => ({ client_id: "api-gateway", client_secret: identity.provider.gatewaySecret });

    it("signs in through the form, and out again", async () => {
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      expect(form.html).toContain("Sign in");
      expect(form.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");

      const arrived = await browser.submit(form.url, { username: "courier", password: "courier-password" });
      const tokens = await redeem(arrived, callback, gateway());

      expect(await identity.verified(tokens.access_token)).toMatchObject({
        roles: ["courier"],
        client_id: "api-gateway",
      });
      expect(decodeJwt(tokens.id_token ?? "")).toMatchObject({ preferred_username: "courier" });
      const renewed = await identity.token({
        grant_type: "refresh_token",
        refresh_token: tokens.refresh_token,
        ...gateway(),
      });
      expect(decodeJwt(renewed.access_token).sid).toBe(decodeJwt(tokens.access_token).sid);

      const end = new URLSearchParams({
        id_token_hint: tokens.id_token ?? "",
        post_logout_redirect_uri: `${GATEWAY}/`,
      });
      const asked = await browser.get(`${identity.provider.issuer}/session/end?${end.toString()}`);
      const xsrf = /name="xsrf" value="([^"]+)"/u.exec(asked.html)?.[1] ?? "";
      const out = await browser.submit(`${identity.provider.issuer}/session/end/confirm`, { xsrf, logout: "yes" });

      expect(out.url).toBe(`${GATEWAY}/`);
      const after = await identity.token({
        grant_type: "refresh_token",
        refresh_token: renewed.refresh_token,
        ...gateway(),
      });
      expect(after).toMatchObject({ status: 400, error: "invalid_grant" });
    });

    it("gives each sign-in a session id of its own, which may be denied alone", async () => {
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      const arrived = await browser.submit(form.url, { username: "courier", password: "courier-password" });
      const first = await redeem(arrived, callback, gateway());

      const again = await browser.get(authorization("api-gateway", callback));
      const second = await redeem(again, callback, gateway());

      expect(decodeJwt(second.access_token).sub).toBe(decodeJwt(first.access_token).sub);
      expect(decodeJwt(second.access_token).sid).not.toBe(decodeJwt(first.access_token).sid);
    });

    it("signs nobody out by another person's ID token", async () => {
      const attacker = openBrowser(identity.provider.issuer);
      const theirs = await attacker.get(authorization("api-gateway", callback));
      const arrived = await attacker.submit(theirs.url, { username: "courier2", password: "courier2-password" });
      const { id_token: hint = "" } = await redeem(arrived, callback, gateway());
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      await browser.submit(form.url, { username: "courier", password: "courier-password" });

      const end = new URLSearchParams({ id_token_hint: hint });
      const asked = await browser.get(`${identity.provider.issuer}/session/end?${end.toString()}`);

      expect(asked.html).toContain("Sign out");
      expect(asked.html).not.toContain("<script>");
    });

    it("shows the form again after a wrong password", async () => {
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));

      const answer = await browser.submit(form.url, { username: "courier", password: "wrong" });

      expect(answer.status).toBe(401);
      expect(answer.html).toContain("Name or password is wrong.");
    });

    it("signs in by the e-mail address, and not somebody who is disabled", async () => {
      const { directory } = identity.provider;
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      const person = { username: "Courier2@animal-delivery.example", password: "courier2-password" };

      await directory.setEnabled(COURIER2, false);
      const refused = await browser.submit(form.url, person);
      await directory.setEnabled(COURIER2, true);
      const arrived = await browser.submit(form.url, person);

      expect([refused.status, refused.html]).toEqual([401, expect.stringContaining("Name or password is wrong.")]);
      expect(arrived.url).toContain(callback);
    });

    it.each([
      ["ended", async () => identity.provider.directory.endSessions(COURIER2)],
      ["been disabled", async () => identity.provider.directory.setEnabled(COURIER2, false)],
    ])("does not go on with a browser whose user's sessions have %s", async (_what, end) => {
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      const arrived = await browser.submit(form.url, { username: "courier2", password: "courier2-password" });
      await redeem(arrived, callback, gateway());
      const unspent = await browser.get(authorization("api-gateway", callback));
      expect(unspent.url).toContain(callback);

      await end();

      const [spent, again] = [
        await redeem(unspent, callback, gateway()),
        await browser.get(authorization("api-gateway", callback)),
      ];
      await identity.provider.directory.setEnabled(COURIER2, true);
      expect(spent).toMatchObject({ status: 400, error: "invalid_grant" });
      expect(again.html).toContain("Sign in");
    });

    it("does not go on with a sign-in that was left lying while the user's sessions were ended", async () => {
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      const lying = await browser.step(form.url, { username: "courier2", password: "courier2-password" });
      expect(lying).toContain("/auth/");

      await identity.provider.directory.endSessions(COURIER2);

      const answer = await browser.get(lying);
      expect(`${answer.status} ${answer.url}`).not.toContain("code=");
      expect(answer.html).toContain("That did not work");
    });

    it("does not go on with a browser whose session was ended", async () => {
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("api-gateway", callback));
      const arrived = await browser.submit(form.url, { username: "courier2", password: "courier2-password" });
      const { access_token: token } = await redeem(arrived, callback, gateway());

      expect(await identity.provider.directory.endSession(COURIER2, String(decodeJwt(token)["sid"]))).toBe(true);

      expect((await browser.get(authorization("api-gateway", callback))).html).toContain("Sign in");
    });

    it("takes no sign-in from a browser that did not begin it", async () => {
      const form = await openBrowser(identity.provider.issuer).get(authorization("api-gateway", callback));

      const answer = await openBrowser(identity.provider.issuer).submit(form.url, {
        username: "courier",
        password: "courier-password",
      });

      expect(answer.status).toBe(400);
      expect(answer.html).toContain("Sign-in expired");
    });

    it("serves the API page, which has no secret, across origins", async () => {
      const redirectUri = `${GATEWAY}/docs/oauth2-redirect.html`;
      const browser = openBrowser(identity.provider.issuer);
      const form = await browser.get(authorization("swagger", redirectUri));
      const arrived = await browser.submit(form.url, { username: "admin", password: "admin-password" });

      const tokens = await redeem(arrived, redirectUri, { client_id: "swagger" });

      expect(await identity.verified(tokens.access_token)).toMatchObject({ roles: ["admin"], client_id: "swagger" });
      expect(await corsOrigin(tokens.refresh_token, GATEWAY)).toBe(GATEWAY);
      expect(await corsOrigin(tokens.refresh_token, "http://evil.example")).toBeNull();
    });

    it.each([
      {
        what: "without PKCE",
        change: ({ searchParams }: URL) => {
          searchParams.delete("code_challenge");
          searchParams.delete("code_challenge_method");
        },
      },
      {
        what: "with plain PKCE",
        change: ({ searchParams }: URL) => searchParams.set("code_challenge_method", "plain"),
      },
      {
        what: "to a foreign address",
        change: (address: URL) => address.searchParams.set("redirect_uri", "http://x.y/"),
      },
    ])("refuses a request $what", async ({ change }) => {
      const address = new URL(authorization("api-gateway", callback));
      change(address);

      const answer = await openBrowser(identity.provider.issuer).get(address.href);

      expect(`${answer.status} ${answer.url}`).toMatch(/^400 |error=invalid_request/u);
    });
  });
});
