import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ORIGIN, gatewayFixture } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";
import { logIn } from "../testing/log-in.ts";

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("a browser's login", () => {
  it("asks the provider with PKCE, state and nonce", async () => {
    const { send } = await gatewayFixture(issuer.url);

    const response = await send("/v1/auth/login");

    const asked = new URL(response.headers.get("location") ?? "").searchParams;
    expect(response.status).toBe(302);
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: "code",
      client_id: "api-gateway",
      redirect_uri: `${ORIGIN}/v1/auth/callback`,
      code_challenge_method: "S256",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-login=.*; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
  });

  it("ends in a session that calls the API with the user's token", async () => {
    let authorization: string | null = null;
    const gateway = await gatewayFixture(issuer.url, (router) =>
      router.service(OrderService, {
        listOrders: (_request, { requestHeader }) => {
          authorization = requestHeader.get("authorization");
          return {};
        },
      }),
    );

    const { callback, cookie } = await logIn(gateway);
    const orders = await gateway.send("/v1/orders", { headers: { cookie } });

    expect([callback.status, callback.headers.get("location")]).toEqual([302, "/docs"]);
    expect(cookie).toMatch(/^__Host-session=[\w-]{43}$/);
    expect(orders.status).toBe(200);
    expect(decodeJwt(String(authorization).slice(7)).sub).toBe("ada");
    expect(cookie).not.toContain(String(authorization).slice(7, 40));
  });

  it.each(["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a b", "docs"])(
    "does not lead back to %s",
    async (returnTo) => {
      const { send } = await gatewayFixture(issuer.url);

      const response = await send(`/v1/auth/login?return_to=${encodeURIComponent(returnTo)}`);

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ field: "return_to" }] });
    },
  );
});

describe("a session cookie", () => {
  it("of a session that was denied is nobody's", async () => {
    let sessionId = "";
    const gateway = await gatewayFixture(issuer.url, (router) =>
      router.service(OrderService, {
        listOrders: (_request, { requestHeader }) => {
          sessionId = String(decodeJwt(requestHeader.get("authorization")?.slice(7) ?? "")["sid"]);
          return {};
        },
      }),
    );
    const { cookie } = await logIn(gateway);
    await gateway.send("/v1/orders", { headers: { cookie } });

    await gateway.deniedSessions.deny(sessionId, 60_000);

    expect((await gateway.send("/v1/orders", { headers: { cookie } })).status).toBe(401);
  });

  it.each([
    ["from our own page", { "sec-fetch-site": "same-origin" }, 204],
    ["with our origin", { origin: ORIGIN }, 204],
    ["with the header", { "x-csrf": "1" }, 204],
    ["from another site", { "sec-fetch-site": "cross-site", "x-csrf": "1" }, 403],
    ["from a sibling host", { "sec-fetch-site": "same-site" }, 403],
    ["from another origin", { origin: "https://evil.example", "x-csrf": "1" }, 403],
    ["from nowhere", {}, 403],
  ])("%s may change something: %j", async (_what, headers, status) => {
    const gateway = await gatewayFixture(issuer.url, (router) =>
      router.service(OrderService, { deleteOrder: () => ({}) }),
    );
    const { cookie } = await logIn(gateway);

    const path = "/v1/orders/01982f5e-7c00-7000-8000-000000000002";
    const response = await gateway.send(path, { method: "DELETE", headers: { cookie, ...headers } });
    const put = await gateway.send("/v1/notes/1", { method: "PUT", headers: { cookie, ...headers } });

    expect(response.status).toBe(status);
    expect(put.status === 403).toBe(status === 403);
  });

  it("that nobody gave out is nobody", async () => {
    const { send } = await gatewayFixture(issuer.url);

    for (const value of ["x", "x".repeat(43), "", "__proto__"]) {
      expect((await send("/v1/auth/me", { headers: { cookie: `__Host-session=${value}` } })).status).toBe(401);
    }
  });

  it("planted beside the real one is refused", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const { cookie } = await logIn(gateway);

    const planted = `${cookie}; __Host-session=${"x".repeat(43)}`;

    expect((await gateway.send("/v1/auth/me", { headers: { cookie: planted } })).status).toBe(401);
  });

  it("leaves nothing in the store that opens the session", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const written: string[] = [];
    const set = gateway.kv.set.bind(gateway.kv);
    Object.assign(gateway.kv, {
      set: async (...entry: Parameters<typeof set>) => {
        written.push(entry.join(" "));
        return set(...entry);
      },
    });

    const { cookie } = await logIn(gateway);

    const secret = cookie.split("=")[1] ?? "";
    expect(written.some((entry) => entry.startsWith("session:"))).toBe(true);
    expect(written.join(" ")).not.toContain(secret);
    expect(written.join(" ")).not.toContain("eyJ");
  });

  it("is refreshed once, however many requests come at the same moment", async () => {
    issuer.grants.lifetimeSeconds = 10;
    const gateway = await gatewayFixture(issuer.url);
    const { cookie } = await logIn(gateway);
    issuer.grants.lifetimeSeconds = 300;
    const before = issuer.grants.refreshes;

    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => gateway.send("/v1/auth/me", { headers: { cookie } })),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(issuer.grants.refreshes - before).toBe(1);
  });
});

describe("logging out of a browser", () => {
  it("revokes the refresh token, denies the session and clears the cookie", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const { cookie } = await logIn(gateway);
    const revokedBefore = issuer.grants.revoked.size;
    const removed = vi.spyOn(gateway.kv, "delete");
    const denied = vi.spyOn(gateway.deniedSessions, "deny");

    const headers = { cookie, "x-csrf": "1" };
    const response = await gateway.send("/v1/auth/logout", { method: "POST", headers });

    expect(response.status).toBe(204);
    expect(response.headers.get("set-cookie")).toMatch(/^__Host-session=; .*Max-Age=0$/);
    expect(issuer.grants.revoked.size).toBe(revokedBefore + 1);
    expect(removed).toHaveBeenCalledWith(expect.stringMatching(/^session:/));
    expect(denied).toHaveBeenCalledOnce();
    expect((await gateway.send("/v1/auth/me", { headers: { cookie } })).status).toBe(401);
  });

  it("asks the provider to end its own session", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const { cookie } = await logIn(gateway);
    const endedBefore = issuer.grants.ended.length;

    await gateway.send("/v1/auth/logout", { method: "POST", headers: { cookie, "x-csrf": "1" } });

    expect(issuer.grants.ended.slice(endedBefore).map((idToken) => decodeJwt(idToken).sub)).toEqual(["ada"]);
  });

  it("by a form goes on to the provider", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const { cookie } = await logIn(gateway);

    const headers = { cookie, accept: "text/html", "sec-fetch-site": "same-origin" };
    const response = await gateway.send("/v1/auth/logout", { method: "POST", headers });

    const end = new URL(response.headers.get("location") ?? "");
    expect([response.status, end.origin + end.pathname]).toEqual([303, `${issuer.url}/end`]);
    expect(end.searchParams.get("post_logout_redirect_uri")).toBe(`${ORIGIN}/`);
    expect(end.searchParams.has("id_token_hint")).toBe(true);
  });

  it("is refused from another site", async () => {
    const gateway = await gatewayFixture(issuer.url);
    const { cookie } = await logIn(gateway);

    const headers = { cookie, "sec-fetch-site": "cross-site" };
    const response = await gateway.send("/v1/auth/logout", { method: "POST", headers });

    expect(response.status).toBe(403);
    expect((await gateway.send("/v1/auth/me", { headers: { cookie } })).status).toBe(200);
  });
});
