import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, openBrowser, type Visit } from "./fixtures/browser.ts";
import { type GatewayWithRealm, givenGateway } from "./fixtures/gateway.ts";

let gateway: GatewayWithRealm;
beforeAll(async () => {
  gateway = await givenGateway();
});
afterAll(async () => gateway[Symbol.asyncDispose]());

const loginUrl = () => `${gateway.origin}/v1/auth/login?return_to=/v1/auth/me`;
const me = ({ html }: Visit) => JSON.parse(html) as { subject: string; roles: string[] };

describe("a browser's login at Keycloak", () => {
  it("ends in a session of the user", async () => {
    const visit = await openBrowser().signIn(loginUrl(), "customer");

    expect(visit).toMatchObject({ status: 200, url: `${gateway.origin}/v1/auth/me` });
    expect(me(visit)).toMatchObject({ subject: await gateway.realm.userId("customer"), roles: ["customer"] });
  });

  it("names the issuer in the answer", async () => {
    const visit = await openBrowser(`${gateway.origin}/v1/auth/callback`).signIn(loginUrl(), "customer");

    expect(new URL(visit.url).searchParams.get("iss")).toBe(gateway.realm.issuer);
  });

  it.each<[string, (answer: URLSearchParams) => void]>([
    ["another code", (answer) => answer.set("code", `${answer.get("code")}x`)],
    ["a code of another length", (answer) => answer.set("code", "x")],
    ["another issuer", (answer) => answer.set("iss", "https://evil.example")],
    ["no issuer", (answer) => answer.delete("iss")],
    ["another state", (answer) => answer.set("state", "other")],
  ])("is refused with 4xx when the answer was changed to %s", async (_what, change) => {
    const url = loginUrl();
    const browser = openBrowser();
    const begun = await gateway.get(new URL(url).pathname);
    const cookie = begun.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
    const stopped = await openBrowser(`${gateway.origin}/v1/auth/callback`).signIn(
      begun.headers.get("location") ?? "",
      "customer",
    );
    const callback = new URL(stopped.url);
    change(callback.searchParams);

    const visit = await browser.get(callback.href, { cookie });

    expect(visit.status).toBeGreaterThanOrEqual(400);
    expect(visit.status).toBeLessThan(500);
  });

  it("is refused with 4xx when the answer comes a second time", async () => {
    const browser = openBrowser();
    const visit = await browser.signIn(loginUrl(), "customer");
    const callback = visit.through.find((url) => url.includes("/callback?")) ?? "";

    expect((await browser.get(callback)).status).toBe(400);
    expect((await browser.get(`${gateway.origin}/v1/auth/me`)).status).toBe(200);
  });

  it("is refused by Keycloak without PKCE, with plain PKCE and to another address", async () => {
    const changes: ((asked: URLSearchParams) => void)[] = [
      (asked) => ["code_challenge", "code_challenge_method"].forEach((name) => asked.delete(name)),
      (asked) => asked.set("code_challenge_method", "plain"),
      (asked) => asked.set("redirect_uri", `${gateway.origin}/v1/auth/callback/more`),
    ];
    for (const change of changes) {
      const begun = await gateway.get("/v1/auth/login");
      const url = new URL(begun.headers.get("location") ?? "");
      change(url.searchParams);

      const visit = await openBrowser(gateway.origin).get(url.href);

      expect(`${visit.status} ${visit.url}`).toMatch(/^400 |error=invalid_request/);
    }
  });
});

describe("signing out of a browser", () => {
  it("by a form ends the session at Keycloak too: the next login asks for the password", async () => {
    const browser = openBrowser();
    await browser.signIn(loginUrl(), "courier");

    const headers = { accept: "text/html", "sec-fetch-site": "same-origin" };
    const out = await browser.post(`${gateway.origin}/v1/auth/logout`, {}, headers);

    expect(out.through.some((url) => url.startsWith(`${gateway.realm.issuer}/protocol/openid-connect/logout`))).toBe(
      true,
    );
    expect(out.url).toBe(`${gateway.origin}/`);
    expect((await browser.get(`${gateway.origin}/v1/auth/me`)).status).toBe(401);
    expect(me(await browser.signIn(loginUrl(), "courier")).roles).toEqual(["courier"]);
  });

  it("without a form leaves a browser that can sign in again", async () => {
    const browser = openBrowser();
    await browser.signIn(loginUrl(), "courier");

    await browser.post(`${gateway.origin}/v1/auth/logout`, {}, { "x-csrf": "1" });
    expect((await browser.get(`${gateway.origin}/v1/auth/me`)).status).toBe(401);

    const again = await browser.get(loginUrl());
    const visit = again.html.includes("<form") ? await browser.signIn(loginUrl(), "courier") : again;
    expect(me(visit).roles).toEqual(["courier"]);
  });

  it("without a form ends the session that it shares with the API page", async () => {
    const browser = openBrowser();
    await browser.signIn(loginUrl(), "courier");
    const token = await signInToDocs(browser);
    expect(await gateway.meWith(token)).toBe(200);

    await browser.post(`${gateway.origin}/v1/auth/logout`, {}, { "x-csrf": "1" });

    expect(await gateway.meWith(token)).toBe(401);
    expect(me(await browser.signIn(loginUrl(), "courier")).roles).toEqual(["courier"]);
  });

  it("leads out of a session that goes on at Keycloak though it ended here", async () => {
    const browser = openBrowser();
    await browser.signIn(loginUrl(), "courier");
    const token = await signInToDocs(browser);
    await gateway.post("/v1/auth/logout", {}, { authorization: `Bearer ${token}` });

    const out = await browser.get(loginUrl());

    expect(out.url).toBe(`${gateway.origin}/`);
    expect(me(await browser.signIn(loginUrl(), "courier")).roles).toEqual(["courier"]);
  });
});

/** Signs in as the API page does, in a browser that has a session at Keycloak; answers the access token. */
async function signInToDocs(browser: Browser): Promise<string> {
  const redirectUri = `${gateway.origin}/docs/oauth2-redirect.html`;
  // The example of RFC 7636, appendix B.
  const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const client = { client_id: "swagger", redirect_uri: redirectUri };
  const asked = {
    ...client,
    response_type: "code",
    scope: "openid",
    code_challenge: challenge,
    code_challenge_method: "S256",
  };
  const oidc = `${gateway.realm.issuer}/protocol/openid-connect`;
  const { url } = await browser.get(`${oidc}/auth?${new URLSearchParams(asked).toString()}`);
  const code = new URL(url).searchParams.get("code") ?? "";
  const form = { ...client, grant_type: "authorization_code", code, code_verifier: verifier };
  const response = await fetch(`${oidc}/token`, { method: "POST", body: new URLSearchParams(form) });
  return ((await response.json()) as { access_token: string }).access_token;
}
