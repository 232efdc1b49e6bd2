import type { HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderService, OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { ORIGIN, bearer, gatewayFixture } from "./testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "./testing/issuer.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as Record<string, unknown>;
}

describe("an RPC by REST", () => {
  it("carries token, idempotency key, ids, trace and deadline to the service", async () => {
    let seen: HandlerContext | undefined;
    const { post } = await gatewayFixture(issuer.url, (router) =>
      router.service(OrderService, {
        cancelOrder: (_request, context) => {
          seen = context;
          return { order: { orderId: ID, status: OrderStatus.CANCELLED } };
        },
      }),
    );
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const ids = { "x-request-id": "r-1", "x-correlation-id": "c-1", "idempotency-key": "k-1", traceparent };

    const response = await post(`/v1/orders/${ID}:cancel`, { reason: "moving" }, { ...customer, ...ids });

    expect([response.status, response.headers.get("x-request-id")]).toEqual([200, "r-1"]);
    expect(await response.json()).toMatchObject({ order_id: ID, status: "ORDER_STATUS_CANCELLED" });
    const headers = Object.fromEntries(seen?.requestHeader ?? []);
    expect(headers).toMatchObject({
      ...customer,
      "x-request-id": "r-1",
      "x-correlation-id": "c-1",
      "idempotency-key": "k-1",
    });
    expect(headers["traceparent"]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)/);
    expect(seen?.timeoutMs()).toBeGreaterThan(4_000);
  });

  it("that is public needs no token", async () => {
    const { send } = await gatewayFixture(issuer.url, (router) =>
      router.service(ProductService, { getProduct: () => ({ product: { title: "Kitten", etag: "v1" } }) }),
    );

    const response = await send(`/v1/products/${ID}`);

    expect([response.status, response.headers.get("etag")]).toEqual([200, '"v1"']);
  });

  it("may ask for a deadline of its own, up to 30 s", async () => {
    const asked: (number | undefined)[] = [];
    const { send } = await gatewayFixture(issuer.url, (router) =>
      router.service(ProductService, {
        getProduct: (_request, context) => {
          asked.push(context.timeoutMs());
          return {};
        },
      }),
    );

    await send(`/v1/products/${ID}`, { headers: { "grpc-timeout": "900m" } });
    await send(`/v1/products/${ID}`, { headers: { "grpc-timeout": "9H" } });

    expect(asked[0]).toBeLessThanOrEqual(900);
    expect(asked[1]).toBeLessThanOrEqual(30_000);
    expect(asked[1]).toBeGreaterThan(29_000);
  });

  it("that streams ends with a problem when the gateway drains", async () => {
    const { gateway, send } = await gatewayFixture(issuer.url, (router) =>
      router.service(DeliveryService, {
        async *trackDelivery(_request, { signal }) {
          yield { resumeToken: "1" };
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          signal.throwIfAborted();
        },
      }),
    );

    const response = await send(`/v1/deliveries/${ID}/track`, { headers: customer });
    gateway.drain();
    const text = await response.text();

    expect(text).toContain('id: 1\ndata: {"resume_token":"1"');
    expect(text).toMatch(/event: problem\ndata: .*"reason":"UNAVAILABLE"/);
    expect((await send("/readyz")).status).toBe(503);
  });
});

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

describe("every answer", () => {
  it.each(["/v1/products", "/v1/nothing", "/", "/healthz", "/docs/swagger-ui.css"])(
    "%s has the security headers",
    async (path) => {
      const { send } = await gatewayFixture(issuer.url);

      const { headers } = await send(path);

      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      // A form on a page has to tell its origin.
      expect(headers.get("referrer-policy")).toBe(path === "/" ? "same-origin" : "no-referrer");
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it.each([["x".repeat(129)], ["a b"], ["a\tb"], ['"quoted"']])("gets a new request id instead of %j", async (id) => {
    const { send } = await gatewayFixture(issuer.url);

    const { headers } = await send("/version", { headers: { "x-request-id": id } });

    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is counted and timed by route template", async () => {
    const { send, telemetry } = await gatewayFixture(issuer.url);

    await send(`/v1/orders/${ID}`, { headers: customer });
    await send("/wp-admin.php");

    const text = await telemetry.meters.registry.metrics();
    expect(text).toMatch(/http_requests_total\{.*route="\/v1\/orders\/\{order_id\}".*\} 1/);
    expect(text).toMatch(/http_request_duration_seconds_bucket\{.*\} 1 # \{trace_id="[0-9a-f]{32}"\}/);
    expect(text).toMatch(/http_errors_total\{.*route="\(unknown\)".*reason="ROUTE_NOT_FOUND".*\} 1/);
    expect(text).not.toContain("wp-admin");
  });

  it("lets pages of listed origins in, with a token and never with cookies", async () => {
    const { send } = await gatewayFixture(issuer.url, undefined, { corsOrigins: ["https://shop.example"] });
    const asking = (origin: string) => ({
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

    const listed = await send("/v1/orders", asking("https://shop.example"));
    const other = await send("/v1/orders", asking("https://evil.example"));
    const answer = await send("/version", { headers: { origin: "https://shop.example" } });

    expect([listed.status, listed.headers.get("access-control-allow-origin")]).toEqual([204, "https://shop.example"]);
    expect(listed.headers.has("access-control-allow-credentials")).toBe(false);
    expect(other.headers.has("access-control-allow-origin")).toBe(false);
    expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
    expect(answer.headers.get("vary")).toBe("origin");
  });
});
