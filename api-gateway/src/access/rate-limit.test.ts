import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
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
