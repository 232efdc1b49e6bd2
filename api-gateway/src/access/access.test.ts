import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { bearer, gatewayFixture, problemOf } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("access", () => {
  it.each([
    ["no token", async () => ({}), 401, "TOKEN_INVALID"],
    ["a token that is none", async () => bearer("garbage"), 401, "TOKEN_INVALID"],
    ["another scheme", async () => ({ authorization: "Basic YTpi" }), 401, "TOKEN_INVALID"],
    ["an expired token", async () => bearer(await issuer.token({ exp: 1 })), 401, "TOKEN_INVALID"],
    ["a token for others", async () => bearer(await issuer.token({ aud: "other" })), 401, "TOKEN_INVALID"],
    ["an ID token", async () => bearer(await issuer.token({}, { typ: "JWT" })), 401, "TOKEN_INVALID"],
    ["a role that may never", async () => bearer(await issuer.token({ roles: ["courier"] })), 403, "ACCESS_DENIED"],
    ["a role that nobody knows", async () => bearer(await issuer.token({ roles: ["cook"] })), 403, "ACCESS_DENIED"],
  ])("with %s is refused before any RPC", async (_what, headersOf, status, reason) => {
    const createOrder = vi.fn(() => ({}));
    const { send } = await gatewayFixture(issuer.url, (router) => router.service(OrderService, { createOrder }));

    const response = await send("/v1/orders", { method: "POST", headers: await headersOf() });

    expect(response.status).toBe(status);
    expect(await problemOf(response)).toMatchObject({ reason });
    expect(response.headers.has("www-authenticate")).toBe(status === 401);
    expect(createOrder).not.toHaveBeenCalled();
  });

  it.each([[["cook"]], [[]]])("to a public RPC needs none of the roles, so that %j will do", async (roles) => {
    const { send } = await gatewayFixture(issuer.url, (router) =>
      router.service(ProductService, { getProduct: () => ({}) }),
    );

    const response = await send(`/v1/products/${ID}`, { headers: bearer(await issuer.token({ roles })) });

    expect(response.status).toBe(200);
  });

  it("to a public RPC with a bad token is refused all the same", async () => {
    const { send } = await gatewayFixture(issuer.url);

    const response = await send(`/v1/products/${ID}`, { headers: bearer("garbage") });

    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  it("with a token of a denied session is refused", async () => {
    const { send, deniedSessions } = await gatewayFixture(issuer.url);
    await deniedSessions.deny("session-of-ada", 60_000);

    expect((await send("/v1/orders", { headers: customer })).status).toBe(401);
  });
});
