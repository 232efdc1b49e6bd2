import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "./fixtures/browser.ts";
import { type GatewayWithRealm, givenGateway, givenSecondGateway } from "./fixtures/gateway.ts";

let gateway: GatewayWithRealm;
beforeAll(async () => {
  gateway = await givenGateway();
});
afterAll(async () => gateway[Symbol.asyncDispose]());

/** What the platform promises: a session that ended is refused everywhere within this time. */
const WITHIN = { timeout: 5_000, interval: 100 };

describe("a session that ends at Keycloak", () => {
  it("is refused when an administrator signs the user out, at every gateway", async () => {
    await using second = await givenSecondGateway(gateway.realm, gateway.kv);
    const { access_token: token } = await gateway.signIn("customer");
    const { access_token: other } = await gateway.signIn("courier");
    expect([await gateway.meWith(token), await second.meWith(token)]).toEqual([200, 200]);

    await gateway.realm.admin("POST", `/users/${await gateway.realm.userId("customer")}/logout`);

    await expect.poll(async () => gateway.meWith(token), WITHIN).toBe(401);
    await expect.poll(async () => second.meWith(token), WITHIN).toBe(401);
    expect(await gateway.meWith(other)).toBe(200);
  });

  it("is refused when an administrator ends this one session, and the user's other one goes on", async () => {
    const ended = await gateway.signIn("customer");
    const goesOn = await gateway.signIn("customer");

    await gateway.realm.admin("DELETE", `/sessions/${String(decodeJwt(ended.access_token)["sid"])}`);

    await expect.poll(async () => gateway.meWith(ended.access_token), WITHIN).toBe(401);
    expect(await gateway.meWith(goesOn.access_token)).toBe(200);
  });

  it("is refused in a browser, which can sign in anew", async () => {
    const browser = openBrowser();
    const login = `${gateway.origin}/v1/auth/login?return_to=/v1/auth/me`;
    expect((await browser.signIn(login, "courier")).status).toBe(200);

    await gateway.realm.admin("POST", `/users/${await gateway.realm.userId("courier")}/logout`);

    const me = async () => (await browser.get(`${gateway.origin}/v1/auth/me`)).status;
    await expect.poll(me, WITHIN).toBe(401);
    expect((await browser.signIn(login, "courier")).status).toBe(200);
  });

  it("is refused when the user signs out in another application", async () => {
    const browser = openBrowser();
    await browser.signIn(`${gateway.origin}/v1/auth/login?return_to=/v1/auth/me`, "courier2");

    const confirm = await browser.get(`${gateway.realm.issuer}/protocol/openid-connect/logout`);
    const action = /<form[^>]*\baction="([^"]+)"/.exec(confirm.html)?.[1] ?? "";
    const code = /name="session_code" value="([^"]+)"/.exec(confirm.html)?.[1] ?? "";
    await browser.post(new URL(action.replaceAll("&amp;", "&"), confirm.url).href, { session_code: code });

    const me = async () => (await browser.get(`${gateway.origin}/v1/auth/me`)).status;
    await expect.poll(me, WITHIN).toBe(401);
  });
});
