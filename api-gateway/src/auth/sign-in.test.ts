import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { bearer, gatewayFixture } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterEach(() => void vi.useRealTimers());
afterAll(async () => issuer[Symbol.asyncDispose]());

const ada = { username: "ada", password: "ada-password" };

describe("signing in with a password", () => {
  it("answers tokens that say who it is", async () => {
    const { post, send } = await gatewayFixture(issuer.url);

    const response = await post("/v1/auth/sign-in", ada);
    const tokens = (await response.json()) as Tokens;
    const me = await send("/v1/auth/me", { headers: bearer(tokens.access_token) });

    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(tokens).toMatchObject({ token_type: "Bearer", expires_in: 300, refresh_token: expect.any(String) });
    expect(await me.json()).toEqual({ subject: "ada", roles: ["customer"], expires_at: expect.any(String) });
  });

  it("with a wrong password is 401 and no more", async () => {
    const { post } = await gatewayFixture(issuer.url);

    const response = await post("/v1/auth/sign-in", { ...ada, password: "wrong" });

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      reason: "TOKEN_INVALID",
      detail: "the name or the password is wrong",
    });
  });

  it("stops after too many wrong passwords for one account, even with the right one", async () => {
    const { post } = await gatewayFixture(issuer.url);
    const guesses = Array.from({ length: 5 }, async () => post("/v1/auth/sign-in", { ...ada, password: "wrong" }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);

    const right = await post("/v1/auth/sign-in", ada);
    const other = await post("/v1/auth/sign-in", { username: "admin", password: "admin-password" });

    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    expect([right.status, other.status]).toEqual([429, 200]);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(60);
  });

  it("lets nobody lock an account out for those at other addresses", async () => {
    const { post } = await gatewayFixture(issuer.url, undefined, { trustedProxies: 1 });
    const from = (address: string) => ({ "x-forwarded-for": address });

    for (let guess = 0; guess < 6; guess++) {
      await post("/v1/auth/sign-in", { ...ada, password: "wrong" }, from("192.0.2.1"));
    }

    expect((await post("/v1/auth/sign-in", ada, from("192.0.2.1"))).status).toBe(429);
    expect((await post("/v1/auth/sign-in", ada, from("192.0.2.2"))).status).toBe(200);
  });

  it("stops guesses at one account from many addresses, right passwords aside", async () => {
    const { post } = await gatewayFixture(issuer.url, undefined, { trustedProxies: 1, signInFailuresMax: 1 });
    const signIn = async (body: typeof ada, address: number) =>
      (await post("/v1/auth/sign-in", body, { "x-forwarded-for": `192.0.2.${address}` })).status;

    const statuses = [];
    for (let address = 0; address < 12; address++) {
      statuses.push(await signIn(ada, 100), await signIn({ ...ada, password: "wrong" }, address));
    }

    const guesses = statuses.filter((_, index) => index % 2 === 1);
    expect(guesses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect(statuses.slice(0, 20).filter((_, index) => index % 2 === 0)).toEqual(Array.from({ length: 10 }, () => 200));
  });

  it("counts wrong passwords for all spellings of a name together", async () => {
    const { post } = await gatewayFixture(issuer.url);

    for (const username of ["ADA", "Ada", " ada", "aDa", "adA"]) {
      expect((await post("/v1/auth/sign-in", { username, password: "wrong" })).status).toBe(401);
    }

    expect((await post("/v1/auth/sign-in", ada)).status).toBe(429);
  });

  it("does not count right passwords", async () => {
    const { post } = await gatewayFixture(issuer.url);

    for (let round = 0; round < 8; round += 1) expect((await post("/v1/auth/sign-in", ada)).status).toBe(200);
  });

  it.each([
    [{ username: "ada" }, "password"],
    [{ ...ada, username: "" }, "username"],
    [{ ...ada, username: 1 }, "username"],
    [{ ...ada, username: "a\u0000da" }, "username"],
    [{ ...ada, password: "x".repeat(1_025) }, "password"],
    [{ ...ada, more: 1 }, ""],
  ])("refuses the body %j", async (body, field) => {
    const { post } = await gatewayFixture(issuer.url);

    const response = await post("/v1/auth/sign-in", body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  it("is 403 at a provider that takes no passwords from programs", async () => {
    issuer.grants.takesPasswords = false;
    const { post } = await gatewayFixture(issuer.url);

    const response = await post("/v1/auth/sign-in", ada);
    issuer.grants.takesPasswords = true;

    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ reason: "ACCESS_DENIED" });
  });

  it("is 503 while the provider is away", async () => {
    const { post } = await gatewayFixture("http://localhost:9");

    const response = await post("/v1/auth/sign-in", ada);

    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ reason: "UNAVAILABLE" });
  });
});

describe("refreshing", () => {
  it("trades a refresh token once", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { post } = await gatewayFixture(issuer.url);
    const { refresh_token } = (await (await post("/v1/auth/sign-in", ada)).json()) as Tokens;

    const first = await post("/v1/auth/refresh", { refresh_token });
    vi.setSystemTime(Date.now() + 2_000);
    const second = await post("/v1/auth/refresh", { refresh_token });

    expect([first.status, second.status]).toEqual([200, 401]);
    expect((await first.json()) as Tokens).toMatchObject({ access_token: expect.any(String) });
  });

  it("answers all who bring the same token at the same moment alike", async () => {
    const { post } = await gatewayFixture(issuer.url);
    const { refresh_token } = (await (await post("/v1/auth/sign-in", ada)).json()) as Tokens;
    const before = issuer.grants.refreshes;

    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => (await post("/v1/auth/refresh", { refresh_token })).json()),
    );

    expect(new Set(answers.map((answer) => (answer as Tokens).refresh_token)).size).toBe(1);
    expect(issuer.grants.refreshes - before).toBe(1);
  });
});

describe("a refresh token", () => {
  it("of no fit characters is refused before the provider sees it", async () => {
    const { post } = await gatewayFixture("http://localhost:9");

    const response = await post("/v1/auth/refresh", { refresh_token: "a\u0000b" });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field: "refresh_token" }] });
  });

  it("that the logout did not name ends its session when it shows up", async () => {
    const { post } = await gatewayFixture(issuer.url);
    const { access_token, refresh_token } = (await (await post("/v1/auth/sign-in", ada)).json()) as Tokens;
    await post("/v1/auth/logout", {}, bearer(access_token));
    const revokedBefore = issuer.grants.revoked.size;

    const response = await post("/v1/auth/refresh", { refresh_token });

    expect(response.status).toBe(401);
    expect(issuer.grants.revoked.size).toBe(revokedBefore + 1);
  });
});

describe("logging out with a bearer token", () => {
  it("denies its session and revokes the refresh token that came along", async () => {
    const { post, send } = await gatewayFixture(issuer.url);
    const { access_token, refresh_token } = (await (await post("/v1/auth/sign-in", ada)).json()) as Tokens;

    const response = await post("/v1/auth/logout", { refresh_token }, bearer(access_token));

    expect(response.status).toBe(204);
    expect(issuer.grants.revoked.has(refresh_token)).toBe(true);
    expect((await send("/v1/auth/me", { headers: bearer(access_token) })).status).toBe(401);
  });

  it("needs a token", async () => {
    const { send } = await gatewayFixture(issuer.url);

    expect((await send("/v1/auth/logout", { method: "POST" })).status).toBe(401);
  });
});
