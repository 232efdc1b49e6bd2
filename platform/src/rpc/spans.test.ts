import { Health } from "@animal-delivery/contracts/gen/grpc/health/v1/health_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SpanKind } from "@opentelemetry/api";
import type { ConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { refusalOf } from "../testing/refusal.ts";
import { as, rpcFixture } from "../testing/rpc-fixture.ts";
import { spanTelemetry } from "../testing/spans.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import { createTracing } from "../telemetry/tracing.ts";

const orderId = "0198f0a0-0000-7000-8000-000000000001";
const METHOD = "orders.v1.OrderService/GetOrder";

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "api-gateway"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("the spans of an RPC", () => {
  it("are the client's and, below it, the server's, by OpenTelemetry's conventions", async () => {
    const telemetry = spanTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await orders.client(OrderService).getOrder({ orderId }, as("ada", "customer"));

    const [server, client] = telemetry.spans();
    const attributes = { "rpc.system.name": "grpc", "rpc.method": METHOD, "rpc.response.status_code": "OK" };
    expect(server).toMatchObject({ name: METHOD, kind: SpanKind.SERVER, failed: false, attributes });
    expect(client).toMatchObject({
      name: METHOD,
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, "server.address": "127.0.0.1", "server.port": orders.server.port },
    });
    expect(server).toMatchObject({ traceId: client?.traceId, parentSpanId: client?.spanId });
  });

  it("call a refusal an error of the caller alone, and a bug one of both", async () => {
    const telemetry = spanTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await refusalOf(orders.client(OrderService).getOrder({ orderId }));
    await refusalOf(orders.client(OrderService).deleteOrder({ orderId }, as("ada", "customer")));

    expect(
      telemetry.spans().map(({ kind, failed, attributes }) => [kind, failed, attributes["rpc.response.status_code"]]),
    ).toEqual([
      [SpanKind.SERVER, false, "UNAUTHENTICATED"],
      [SpanKind.CLIENT, true, "UNAUTHENTICATED"],
      [SpanKind.SERVER, true, "INTERNAL"],
      [SpanKind.CLIENT, true, "INTERNAL"],
    ]);
  });

  it("are not made for health checks", async () => {
    const telemetry = spanTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await orders.client(Health, "api-gateway", { peer: "orders" }).check({});

    expect(telemetry.spans()).toEqual([]);
  });

  it("are named by the exemplars of the durations on both sides", async () => {
    const telemetry = spanTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await orders.client(OrderService).getOrder({ orderId }, as("ada", "customer"));
    await orders.client(Health, "api-gateway", { peer: "orders" }).check({});

    const lines = (await telemetry.meters.registry.metrics()).split("\n").filter((line) => line.includes("trace_id"));
    expect(lines).toEqual([expect.stringMatching(/^rpc_server_call_duration_seconds_bucket\{/)]);
    expect(lines[0]).toContain(`# {trace_id="${telemetry.spans()[0]?.traceId}"}`);
  });
});

describe("a collector that hangs", () => {
  it("costs spans, which are counted, and no call", async () => {
    let hangs = true;
    await using collector = createServer((_, response) => {
      if (!hangs) response.writeHead(400).end();
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    const telemetry = testTelemetry();
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const { tracer, shutdown } = createTracing({ service: "orders", endpoint, meters: telemetry.meters });
    await using orders = await rpcFixture({ certificates, routes, telemetry: { ...telemetry, tracer } });
    const client = orders.client(OrderService);

    const calls = Array.from({ length: 200 }, () => client.getOrder({ orderId }, as("ada", "customer")));

    await expect(Promise.all(calls)).resolves.toHaveLength(200);
    // It did while there were calls; the test need not wait for the last spans to be given up.
    hangs = false;
    collector.closeAllConnections();
    await shutdown();
    expect(await telemetry.meters.registry.metrics()).toMatch(
      /^spans_dropped_total\{reason="export_failed",service="test"\} 400$/m,
    );
  }, 20_000);
});

function routes(router: ConnectRouter): void {
  router.service(OrderService, {
    getOrder: () => ({}),
    deleteOrder: () => {
      throw new Error("broken");
    },
  });
}
