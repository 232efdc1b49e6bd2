import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, type GatewayFixture, gatewayFixture, problemOf } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

const EVENTS = { "http://schemas.openid.net/event/backchannel-logout": {} };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("the provider's word that a session ended", () => {
  it.each(["api-gateway", "first-party", "swagger"])("denies it, when it is a session of %s", async (client) => {
    const gateway = await gatewayFixture(issuer.url);
    const sid = randomUUID();
    const token = await issuer.token({ sid });
    expect((await gateway.send("/v1/auth/me", { headers: bearer(token) })).status).toBe(200);

    const response = await logOut(gateway, await logoutToken({ sid, aud: client }));

    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect((await gateway.send("/v1/auth/me", { headers: bearer(token) })).status).toBe(401);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["for another client", { aud: "other" }, {}],
    ["of another issuer", { iss: "https://other.example" }, {}],
    ["that expired", { exp: Math.floor(Date.now() / 1_000) - 60 }, {}],
    ["without an expiry", { exp: undefined }, {}],
    ["without a time", { iat: undefined }, {}],
    ["without an id", { jti: undefined }, {}],
    ["without the event", { events: undefined }, {}],
    ["of another event", { events: { "http://schemas.openid.net/event/other": {} } }, {}],
    ["with a nonce", { nonce: "n" }, {}],
    ["that names the subject alone", { sid: undefined }, {}],
    ["that is an access token", {}, { typ: "at+jwt" }],
    ["that is an ID token", {}, { typ: "JWT" }],
    ["signed with a key that nobody knows", {}, { kid: "other" }],
  ])("is refused when it is a token %s", async (_what, claims, header) => {
    const gateway = await gatewayFixture(issuer.url);
    const sid = randomUUID();

    const response = await logOut(gateway, await logoutToken({ sid, ...claims }, header));

    expect([response.status, await problemOf(response)]).toMatchObject([400, { errors: [{ field: "logout_token" }] }]);
    expect(gateway.deniedSessions.isDenied(sid)).toBe(false);
  });

  it("is taken once", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const token = await logoutToken({});

    const statuses = [await logOut(gateway, token), await logOut(gateway, token)].map(({ status }) => status);

    expect(statuses).toEqual([200, 400]);
  });

  it("comes as a form", async () => {
    const gateway = await gatewayFixture(issuer.url);

    const json = await gateway.post("/v1/auth/backchannel-logout", { logout_token: await logoutToken({}) });
    const empty = await gateway.send("/v1/auth/backchannel-logout", { method: "POST", body: new URLSearchParams() });

    expect([json.status, json.headers.get("accept"), empty.status]).toEqual([
      415,
      "application/x-www-form-urlencoded",
      400,
    ]);
  });

  it("is not counted when it is good, and counted when it is not", async () => {
    const rateLimits = { read: 1, write: 1, stream: 1, auth: 2 };
    const gateway = await gatewayFixture(issuer.url, undefined, { rateLimits });

    for (let round = 0; round < 5; round++) {
      expect((await logOut(gateway, await logoutToken({}))).status).toBe(200);
    }

    const statuses = [];
    for (let round = 0; round < 3; round++) statuses.push((await logOut(gateway, "a.b.c")).status);
    expect(statuses).toEqual([400, 400, 429]);
  });

  it("denies the session here at once though the store is away, and says that it could not do more", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const away = async () => Promise.reject(new Error("the store is away"));
    Object.assign(gateway.kv, { setIfAbsent: away, addToSet: away });
    const sid = randomUUID();

    const response = await logOut(gateway, await logoutToken({ sid }));

    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(gateway.deniedSessions.isDenied(sid)).toBe(true);
  });
});

async function logoutToken(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
  const common = { aud: "api-gateway", events: EVENTS, sid: randomUUID() };
  return issuer.token({ ...common, ...claims }, { typ: "logout+jwt", ...header });
}

async function logOut({ send }: GatewayFixture, token: string): Promise<Response> {
  return send("/v1/auth/backchannel-logout", {
    method: "POST",
    body: new URLSearchParams({ logout_token: token }),
  });
}
