import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bearer, gatewayFixture, type GatewayFixture, problemOf } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";
import { logIn } from "../testing/log-in.ts";

const ada = { username: "ada", password: "ada-password" };

let issuer: TestIssuer;
let gateway: GatewayFixture;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => issuer[Symbol.asyncDispose]());
beforeEach(async () => {
  gateway = await gatewayFixture(
    issuer.url,
    (router) => void router.service(ProductService, { listProducts: () => ({}) }),
    { rateLimits: { read: 3, write: 1_000, stream: 1_000, auth: 1_000 } },
  );
});

describe("while the store is away", () => {
  it("requests with a token are served, and limited by this process", async () => {
    const headers = bearer(await issuer.token());
    gateway.kv.setAway(true);

    const answers = [];
    for (let turn = 0; turn < 4; turn++) answers.push(await gateway.send("/v1/products", { headers }));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map((answer) => answer.headers.get("ratelimit-remaining"))).toEqual(["2", "1", "0", "0"]);
    const fallbacks = await gateway.telemetry.meters.registry.getSingleMetric("rate_limit_fallbacks_total")?.get();
    expect(fallbacks?.values[0]?.value).toBe(4);
  });

  it("a browser's login answers 503, and holds again when the store is back", async () => {
    const { cookie } = await logIn(gateway);
    gateway.kv.setAway(true);

    const away = await gateway.send("/v1/auth/me", { headers: { cookie } });
    const begun = await gateway.send("/v1/auth/login");
    const home = await gateway.send("/", { headers: { cookie } });
    gateway.kv.setAway(false);
    const back = await gateway.send("/v1/auth/me", { headers: { cookie } });

    expect([away.status, begun.status, home.status, back.status]).toEqual([503, 503, 200, 200]);
    expect(away.headers.get("retry-after")).toBe("1");
    expect(await problemOf(away)).toMatchObject({
      reason: "UNAVAILABLE",
      detail: "the key-value store does not answer",
    });
  });

  it("signing in and refreshing with a password form work", async () => {
    gateway.kv.setAway(true);

    const signedIn = await gateway.post("/v1/auth/sign-in", ada);
    const { refresh_token } = (await signedIn.json()) as { refresh_token: string };
    const refreshed = await gateway.post("/v1/auth/refresh", { refresh_token });

    expect([signedIn.status, refreshed.status]).toEqual([200, 200]);
  });

  it("a logout is 503, but the token is worth nothing here and the refresh token nothing anywhere", async () => {
    const signedIn = await gateway.post("/v1/auth/sign-in", ada);
    const { access_token, refresh_token } = (await signedIn.json()) as Record<string, string>;
    gateway.kv.setAway(true);

    const loggedOut = await gateway.post("/v1/auth/logout", { refresh_token }, bearer(access_token ?? ""));
    const me = await gateway.send("/v1/auth/me", { headers: bearer(access_token ?? "") });
    const refreshed = await gateway.post("/v1/auth/refresh", { refresh_token });

    expect([loggedOut.status, me.status, refreshed.status]).toEqual([503, 401, 401]);
  });
});
