import { SpanKind } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { DomainError } from "@animal-delivery/platform/errors";
import { bearer, gatewayFixture } from "../testing/gateway-fixture.ts";
import { startIssuer, type TestIssuer } from "../testing/issuer.ts";

const ID = "0198f0a0-0000-7000-8000-000000000001";
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

let issuer: TestIssuer;
let customer: Record<string, string>;
beforeAll(async () => {
  issuer = await startIssuer();
  customer = bearer(await issuer.token());
});
afterAll(async () => issuer[Symbol.asyncDispose]());

describe("the span of a request", () => {
  it("is named by its route and is the parent of its RPC's, in the trace of the caller", async () => {
    const { send, telemetry } = await fixture();

    await send(`/v1/orders/${ID}`, {
      headers: { ...customer, traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` },
    });

    const [rpc, http] = telemetry.spans();
    expect(http).toMatchObject({ name: "GET /v1/orders/{order_id}", traceId: TRACE_ID, failed: false });
    expect(rpc).toMatchObject({ name: "orders.v1.OrderService/GetOrder", parentSpanId: http?.spanId });
  });

  it("tells nothing that a caller wrote: no path, no query, no agent", async () => {
    const { send, telemetry } = await fixture();

    await send(`/v1/orders/ada@example.org?email=ada@example.org`, { headers: { "user-agent": "Ada's phone" } });

    expect(telemetry.spans().at(-1)?.attributes).toEqual({
      "http.request.method": "GET",
      "http.route": "/v1/orders/{order_id}",
      "http.response.status_code": 401,
      "url.scheme": "http",
      "animal_delivery.refusal": "TOKEN_INVALID",
    });
  });

  it("is an error when we failed, and has the reason when the caller was refused", async () => {
    const { send, telemetry } = await fixture();

    await send(`/v1/orders/${ID}`);
    await send(`/v1/orders/${ID}`, { method: "DELETE", headers: customer });

    const [refused, failed] = telemetry.spans().filter(({ name }) => name.includes("/v1/"));
    expect(refused).toMatchObject({ failed: false, attributes: { "animal_delivery.refusal": "TOKEN_INVALID" } });
    expect(failed).toMatchObject({ failed: true, attributes: { "http.response.status_code": 503 } });
    expect(failed?.attributes["error.type"]).toBe("UNAVAILABLE");
  });

  it.each(["/healthz", "/readyz"])("is not made for %s", async (path) => {
    const { send, telemetry } = await fixture();

    await send(path);

    expect(telemetry.spans()).toEqual([]);
  });

  it("has the identity provider's below it when somebody signs in, without what they sent", async () => {
    const { post, telemetry } = await gatewayFixture(issuer.url);

    await post("/v1/auth/sign-in", { username: "ada", password: "ada-password" });
    await post("/v1/auth/sign-in", { username: "ada", password: "wrong" });

    const [well, , refused] = telemetry.spans();
    const http = telemetry.spans()[1];
    expect(http).toMatchObject({ name: "POST /v1/auth/sign-in", traceId: well?.traceId });
    expect(well).toMatchObject({
      name: expect.stringMatching(/^POST \/.*token$/),
      kind: SpanKind.CLIENT,
      parentSpanId: http?.spanId,
      failed: false,
      attributes: { "http.response.status_code": 200, "server.address": new URL(issuer.url).hostname },
    });
    expect(refused).toMatchObject({ failed: true, attributes: { "error.type": "400" } });
    expect(JSON.stringify(telemetry.spans())).not.toMatch(/ada-password|wrong/);
  });

  it("is named by the exemplar of the request's duration", async () => {
    const { send, telemetry } = await fixture();

    await send(`/v1/orders/${ID}`, { headers: customer });
    await send("/readyz");

    const lines = (await telemetry.meters.registry.metrics()).split("\n").filter((line) => line.includes("trace_id"));
    const traceId = telemetry.spans()[0]?.traceId;
    expect(lines.filter((line) => line.startsWith("http_request_duration_seconds_bucket"))).toEqual([
      expect.stringContaining(`# {trace_id="${traceId}"}`),
    ]);
  });
});

async function fixture() {
  return gatewayFixture(issuer.url, (router) =>
    router.service(OrderService, {
      getOrder: () => ({}),
      deleteOrder: () => {
        throw new DomainError("unavailable", "UNAVAILABLE", "try later");
      },
    }),
  );
}
