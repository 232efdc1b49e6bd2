import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { AuthService } from "@animal-delivery/contracts/gen/users/v1/auth_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { ORIGIN, bearer, gatewayFixture, problemOf } from "../testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "../testing/issuer.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("a refusal", () => {
  it("of a service is a problem with an address that explains it", async () => {
    const { post, send } = await gatewayFixture(issuer.url, (router) =>
      router.service(OrderService, {
        cancelOrder: () => {
          throw new DomainError("refused", "ORDER_STATUS_REFUSED", "order is delivered", { from: "delivered" });
        },
      }),
    );

    const response = await post(`/v1/orders/${ID}:cancel`, { reason: "x" }, customer);

    const problem = await problemOf(response);
    expect(response.status).toBe(409);
    expect(problem).toEqual({
      from: "delivered",
      type: `${ORIGIN}/problems/orders/order-status-refused`,
      title: "Refused in this state",
      status: 409,
      detail: "order is delivered",
      instance: `/v1/orders/${ID}:cancel`,
      reason: "ORDER_STATUS_REFUSED",
      request_id: response.headers.get("x-request-id"),
    });
    expect((await send(new URL(String(problem["type"])).pathname)).status).toBe(200);
  });

  it("has the address of the service that refused, for services may share the name of a reason", async () => {
    const { post } = await gatewayFixture(
      issuer.url,
      (router) =>
        router.service(DeliveryService, {
          startDelivery: () => {
            throw new DomainError("notFound", "ORDER_NOT_FOUND", "there is no such order");
          },
        }),
      {},
      "delivery",
    );

    const response = await post(
      "/v1/deliveries",
      { order_id: ID },
      bearer(await issuer.token({ roles: ["dispatcher"] })),
    );

    expect(await problemOf(response)).toMatchObject({
      type: `${ORIGIN}/problems/delivery/order-not-found`,
      status: 404,
    });
  });

  it("of a service that serves a package of another name has the address of the package", async () => {
    const { post } = await gatewayFixture(
      issuer.url,
      (router) =>
        router.service(AuthService, {
          resetPassword: () => {
            throw new DomainError("invalid", "MAIL_TOKEN_INVALID", "the token is not one that was sent");
          },
        }),
      {},
      "accounts",
    );

    const body = { token: "no-token", new_password: "nineteen wild otters" };
    const response = await post("/v1/auth/password:reset", body);

    expect(await problemOf(response)).toMatchObject({ type: `${ORIGIN}/problems/users/mail-token-invalid` });
  });

  it("of a service that is away says when to come back", async () => {
    const { send } = await gatewayFixture(issuer.url, (router) =>
      router.service(ProductService, {
        getProduct: () => {
          throw new DomainError("unavailable", "UNAVAILABLE", "the database is away");
        },
      }),
    );

    const response = await send(`/v1/products/${ID}`);

    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  it("by validation names each field as the proto does", async () => {
    const { post } = await gatewayFixture(issuer.url, (router) => router.service(OrderService, {}));

    const response = await post("/v1/orders", { items: [{ product_id: "no-uuid", quantity: 0 }] }, customer);

    const { errors } = await problemOf(response);
    const fields = (errors as { field: string }[]).map(({ field }) => field);
    expect(response.status).toBe(400);
    expect(fields).toEqual(expect.arrayContaining(["items[0].product_id", "items[0].quantity", "pickup", "drop_off"]));
  });

  it("of a bug tells nothing and is logged", async () => {
    const { send, telemetry } = await gatewayFixture(issuer.url, (router) =>
      router.service(ProductService, {
        getProduct: () => {
          throw new Error("password is hunter2");
        },
      }),
    );

    const response = await send(`/v1/products/${ID}`);

    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toContain("hunter2");
    expect(telemetry.lines.filter(({ message }) => message === "request answered")).toMatchObject([
      { level: "warn", http_route: "/v1/products/{product_id}", http_status: 500, reason: "INTERNAL" },
    ]);
  });

  it.each([
    ["GET", "/v1/nothing", 404, "ROUTE_NOT_FOUND"],
    ["PUT", "/v1/orders", 405, "METHOD_NOT_ALLOWED"],
    ["GET", "/v1/auth/sign-in", 405, "METHOD_NOT_ALLOWED"],
    ["POST", "/docs", 405, "METHOD_NOT_ALLOWED"],
    ["GET", "/problems/orders/nothing", 404, "ROUTE_NOT_FOUND"],
  ])("of %s %s is %i %s", async (method, path, status, reason) => {
    const { send } = await gatewayFixture(issuer.url);

    const response = await send(path, { method });

    expect(response.status).toBe(status);
    expect(await problemOf(response)).toMatchObject({ status, reason });
    expect(response.headers.has("allow")).toBe(status === 405);
  });

  it.each([
    ["text/plain", "{}", 415, "MEDIA_TYPE_UNSUPPORTED"],
    ["application/json", "{", 400, "REQUEST_INVALID"],
    ["application/json", " ".repeat(1_001), 413, "REQUEST_TOO_LARGE"],
  ])("of a body as %s %j is %i", async (mediaType, body, status, reason) => {
    const { send } = await gatewayFixture(issuer.url);

    const headers = { ...customer, "content-type": mediaType };
    const response = await send("/v1/orders", { method: "POST", body, headers });

    expect(response.status).toBe(status);
    expect(await problemOf(response)).toMatchObject({ reason });
  });

  it.each(["", "a b", "ä", "x".repeat(256)])("of the idempotency key %j is 400", async (key) => {
    const { post } = await gatewayFixture(issuer.url);

    const response = await post("/v1/orders", {}, { ...customer, "idempotency-key": encodeLatin1(key) });

    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ errors: [{ field: "idempotency-key" }] });
  });
});

/** Header values are bytes: `ä` goes as one of latin1. */
function encodeLatin1(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
