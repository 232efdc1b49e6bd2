import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { bearer, gatewayFixture, problemOf } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("access", () => {
  it("is limited by caller and says how much is left", async () => {
    const limits = { rateLimits: { read: 2, write: 2, stream: 2, auth: 2 } };
    const { send } = await gatewayFixture(
      issuer.url,
      (router) => router.service(ProductService, { listProducts: () => ({}) }),
      limits,
    );

    const first = await send("/v1/products", { headers: customer });
    await send("/v1/products", { headers: customer });
    const third = await send("/v1/products", { headers: customer });
    const other = await send("/v1/products");

    expect([first.status, first.headers.get("ratelimit-limit"), first.headers.get("ratelimit-remaining")]).toEqual([
      200,
      "2",
      "1",
    ]);
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await problemOf(third)).toMatchObject({ reason: "RATE_LIMITED" });
    expect(other.status).toBe(200);
  });

  it("with bad tokens is limited by address", async () => {
    const limits = { rateLimits: { read: 1, write: 1, stream: 1, auth: 1 } };
    const { send } = await gatewayFixture(issuer.url, undefined, limits);

    const statuses = [
      await send("/v1/orders", { headers: bearer("a") }),
      await send("/v1/orders", { headers: bearer("b") }),
    ];

    expect(statuses.map(({ status }) => status)).toEqual([401, 429]);
  });
});

describe("the routes of the contract below /v1/auth", () => {
  const perMinute = { read: 1_000, write: 1_000, stream: 1_000, auth: 2 };

  it("are counted with the gateway's own, by address for whoever is not signed in", async () => {
    const { send, post } = await signUps({ rateLimits: perMinute });

    const own = await send("/v1/auth/me");
    const answers = [
      await post("/v1/auth/password:requestReset", { email: "a@b.de" }),
      await send("/v1/auth/sessions"),
    ];

    expect([own, ...answers].map(({ status }) => status)).toEqual([401, 204, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-limit"))).toEqual(["2", "2"]);
  });

  it("are counted on the user who is signed in", async () => {
    const { send } = await signUps({ rateLimits: perMinute });

    const statuses = [];
    for (let turn = 0; turn < 3; turn++) statuses.push(await send("/v1/auth/sessions", { headers: customer }));
    const other = bearer(await issuer.token({ sub: "bob", sid: "session-of-bob" }));

    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect((await send("/v1/auth/sessions", { headers: other })).status).toBe(200);
  });

  it("take fewer sign-ups from one address, and tell the limit that is reached first", async () => {
    const { post } = await signUps({ signUpsPerHour: 2, trustedProxies: 1 });
    const signUp = async (address: string) => post("/v1/auth/sign-up", anna, { "x-forwarded-for": address });

    const answers = [await signUp("192.0.2.1"), await signUp("192.0.2.1"), await signUp("192.0.2.1")];

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual(["1", "0", "0"]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-limit"))).toEqual(["2", "2", "2"]);
    expect(Number(answers[2]?.headers.get("retry-after"))).toBeGreaterThan(60);
    expect((await signUp("192.0.2.2")).status).toBe(201);
  });

  it("count sign-ups on the address though somebody is signed in", async () => {
    const { post } = await signUps({ signUpsPerHour: 1 });

    const statuses = [await post("/v1/auth/sign-up", anna, customer), await post("/v1/auth/sign-up", anna)];

    expect(statuses.map(({ status }) => status)).toEqual([201, 429]);
  });
});

const anna = { email: "anna@example.com", password: "seventeen tame ferrets", display_name: "Anna" };

async function signUps(changes: Parameters<typeof gatewayFixture>[2]) {
  return gatewayFixture(
    issuer.url,
    (router) =>
      router.service(AuthService, {
        signUp: () => ({ user: { userId: "anna" } }),
        requestPasswordReset: () => ({}),
        listSessions: () => ({}),
      }),
    changes,
    "accounts",
  );
}
