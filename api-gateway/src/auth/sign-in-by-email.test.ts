import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewayFixture, problemOf } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

const email = "ada@example.org";
const password = "ada@example.org-password";

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("signing in by e-mail address", () => {
  it.each([email, "Ada@Example.ORG", "  ada@example.org\t"])("takes %j for the account's", async (spelled) => {
    const { post } = await gatewayFixture(issuer.url);

    const response = await post("/v1/auth/sign-in", { email: spelled, password });

    expect(response.status).toBe(200);
    const { access_token } = (await response.json()) as { access_token: string };
    expect(decodeJwt(access_token).sub).toBe(email);
  });

  it("says how many requests are left when it works", async () => {
    const { post } = await gatewayFixture(issuer.url, undefined, {
      rateLimits: { read: 1, write: 1, stream: 1, auth: 7 },
    });

    const { status, headers } = await post("/v1/auth/sign-in", { email, password });

    expect([status, headers.get("ratelimit-limit"), headers.get("ratelimit-remaining")]).toEqual([200, "7", "6"]);
    expect(Number(headers.get("ratelimit-reset"))).toBeGreaterThan(0);
  });

  it("answers a wrong password and an unknown address alike", async () => {
    const { post } = await gatewayFixture(issuer.url);

    const answers = await Promise.all(
      [email, "nobody@example.org"].map(async (each) => post("/v1/auth/sign-in", { email: each, password: "wrong" })),
    );

    const problems = await Promise.all(answers.map(problemOf));
    const [wrong, unknown] = answers.map(({ status, headers }, index) => ({
      status,
      headers: [...headers].filter(([name]) => !/^(x-request-id|ratelimit-)/.test(name)),
      problem: { ...problems[index], request_id: "" },
    }));
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({ status: 401, problem: { reason: "TOKEN_INVALID" } });
  });

  it("counts wrong passwords for all spellings of an address together", async () => {
    const { post } = await gatewayFixture(issuer.url);

    for (const spelled of ["ADA@example.org", " ada@example.org", "ada@EXAMPLE.org", email, `${email} `]) {
      expect((await post("/v1/auth/sign-in", { email: spelled, password: "wrong" })).status).toBe(401);
    }

    expect((await post("/v1/auth/sign-in", { email, password })).status).toBe(429);
  });

  it.each([
    [{ password }, "email"],
    [{ email, username: "ada", password }, "email"],
    [{ email: "ada", password }, "email"],
    [{ email: "", password }, "email"],
    [{ email: `${"a".repeat(250)}@b.de`, password }, "email"],
    // The Kelvin sign becomes an ASCII `k` in lower case: it must not lead to another account.
    [{ email: "\u212A@example.org", password }, "email"],
    [{ email: "a\u0000da@example.org", password }, "email"],
    [{ email: 7, password }, "email"],
    [{ email }, "password"],
  ])("refuses the body %j", async (body, field) => {
    const { post } = await gatewayFixture(issuer.url);

    const response = await post("/v1/auth/sign-in", body);

    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ errors: [{ field }] });
  });
});

describe("the life of a refresh token", () => {
  it.each([
    [1_800, 1_800],
    [0, undefined],
    [undefined, undefined],
  ])("is told as the provider tells it: %s as %s", async (told, answered) => {
    issuer.grants.refreshExpiresIn = told;
    const { post } = await gatewayFixture(issuer.url);

    const signedIn = (await (await post("/v1/auth/sign-in", { email, password })).json()) as Record<string, unknown>;
    const { refresh_token } = signedIn;
    const refreshed = (await (await post("/v1/auth/refresh", { refresh_token })).json()) as Record<string, unknown>;
    issuer.grants.refreshExpiresIn = undefined;

    expect([signedIn["refresh_expires_in"], refreshed["refresh_expires_in"]]).toEqual([answered, answered]);
  });
});
