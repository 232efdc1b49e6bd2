import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ORIGIN, cookiesOf, gatewayFixture } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";
import { logIn } from "../testing/log-in.ts";

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("the answer that a browser brings from its login", () => {
  it("is refused in a browser that did not begin it, with another state, and a second time", async () => {
    const { send } = await gatewayFixture(issuer.url);
    const begun = await send("/v1/auth/login");
    const asked = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
    const back = new URL(asked.headers.get("location") ?? "");
    const cookie = cookiesOf(begun);
    const path = back.pathname + back.search;

    expect((await send(path)).status).toBe(400);
    expect((await send(path.replace(/state=.{5}/, "state=other"), { headers: { cookie } })).status).toBe(400);
    expect((await send(path, { headers: { cookie } })).status).toBe(302);
    expect((await send(path, { headers: { cookie } })).status).toBe(400);
  });

  it.each<[string, (answer: URLSearchParams) => void, number]>([
    ["another code", (answer) => answer.set("code", "made-up"), 401],
    ["a code twice", (answer) => answer.append("code", "other"), 400],
    ["no code", (answer) => answer.delete("code"), 400],
    ["a code of no fit characters", (answer) => answer.set("code", "a\u0000b"), 400],
    ["a code that is far too long", (answer) => answer.set("code", "x".repeat(5_000)), 400],
    ["another issuer", (answer) => answer.set("iss", "https://evil.example"), 401],
    ["an error that nobody knows", (answer) => answer.set("error", "whatever"), 401],
  ])("whose answer was changed to %s opens no session", async (_what, change, status) => {
    const { send } = await gatewayFixture(issuer.url);
    const begun = await send("/v1/auth/login");
    const asked = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
    const back = new URL(asked.headers.get("location") ?? "");
    change(back.searchParams);

    const response = await send(back.pathname + back.search, { headers: { cookie: cookiesOf(begun) } });

    expect(response.status).toBe(status);
    expect(cookiesOf(response)).toBe("");
  });

  it("needs the issuer's name in the answer of a provider that promises it", async () => {
    await using naming = await startIssuer({ authorization_response_iss_parameter_supported: true });
    const gateway = await gatewayFixture(naming.url);

    const { callback } = await logIn(gateway);

    expect(callback.status).toBe(401);
  });

  it("is 503 when the provider says that it cannot", async () => {
    const { send } = await gatewayFixture(issuer.url);
    const begun = await send("/v1/auth/login");
    const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state");

    const headers = { cookie: cookiesOf(begun) };
    const response = await send(`/v1/auth/callback?error=temporarily_unavailable&state=${state}`, { headers });

    expect(response.status).toBe(503);
  });

  it("that the provider refused is 401", async () => {
    const { send } = await gatewayFixture(issuer.url);
    const begun = await send("/v1/auth/login");
    const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state");

    const cookie = cookiesOf(begun);
    const response = await send(`/v1/auth/callback?error=access_denied&state=${state}`, { headers: { cookie } });

    expect([response.status, ((await response.json()) as { reason: string }).reason]).toEqual([401, "TOKEN_INVALID"]);
  });

  it("of a session that was denied leads to the provider, to end it there", async () => {
    const gateway = await gatewayFixture(issuer.url);
    issuer.grants.sessionOfBrowsers = "shared";
    await gateway.deniedSessions.deny("shared", 60_000);

    const { callback, cookie } = await logIn(gateway);
    issuer.grants.sessionOfBrowsers = undefined;

    const end = new URL(callback.headers.get("location") ?? "");
    expect([callback.status, end.origin + end.pathname, cookie]).toEqual([302, `${issuer.url}/end`, ""]);
    expect(end.searchParams.get("post_logout_redirect_uri")).toBe(`${ORIGIN}/`);
  });
});
