import type { HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderService, OrderStatus } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { bearer, gatewayFixture } from "./testing/gateway-fixture.ts";
import { type TestIssuer, startIssuer } from "./testing/issuer.ts";

const ID = "01982f5e-7c00-7000-8000-000000000002";
let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

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
