import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { LOG_LEVELS, type LogLevel } from "../log/level.ts";
import { currentContext, runInContext } from "../request-context.ts";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { errorOf, refusalOf } from "../testing/refusal.ts";
import { as, rpcFixture } from "../testing/rpc-fixture.ts";
import { testTelemetry, type CapturedLine, type TestTelemetry } from "../testing/telemetry.ts";
import { onBehalfOf } from "./client.ts";
import { grantOf } from "./grant.ts";

// What logs, metrics and traces tell of calls, over the real server and client.

const orderId = "0198f0a0-0000-7000-8000-000000000001";

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "delivery", "api-gateway"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("the log of an RPC server", () => {
  it("has one line for a call: who, what, how it ended and how long it took", async () => {
    const telemetry = testTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await orders.client(OrderService).getOrder({ orderId }, as("ada", "customer"));

    expect(linesFrom("info", telemetry)).toEqual([
      expect.objectContaining({
        level: "info",
        message: "rpc served",
        rpc_method: "orders.v1.OrderService/GetOrder",
        rpc_code: "OK",
        caller: "ada",
        peer: "api-gateway",
        duration_ms: expect.any(Number),
        request_id: expect.any(String),
        trace_id: expect.any(String),
      }),
    ]);
  });

  it("shows messages at debug level, without what is personal", async () => {
    const telemetry = testTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await orders.client(OrderService).cancelOrder({ orderId, reason: "my aunt Agathe died" }, as("ada", "customer"));

    const request = linesFrom("debug", telemetry).find(({ message }) => message === "rpc request");
    expect(request).toMatchObject({ request: { order_id: orderId, reason: "[redacted]" } });
    expect(JSON.stringify(linesFrom("debug", telemetry))).not.toContain("Agathe");
  });

  it("shows nothing of a request that breaks a rule, where anything may stand in any field", async () => {
    const telemetry = testTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await refusalOf(orders.client(OrderService).getOrder({ orderId: "Agathe Schmidt" }, as("ada", "customer")));

    const lines = linesFrom("debug", telemetry);
    expect(lines).toContainEqual(expect.objectContaining({ message: "rpc served", reason: "REQUEST_INVALID" }));
    expect(JSON.stringify(lines)).not.toContain("Agathe");
  });

  it.each(["request-1", "cmVxdWVzdA+/=="])(
    "has the line of a call that authentication refused, with its id %s",
    async (id) => {
      const telemetry = testTelemetry();
      await using orders = await rpcFixture({ certificates, routes, telemetry });

      await refusalOf(orders.client(OrderService).getOrder({ orderId }, { headers: { "x-request-id": id } }));

      expect(linesFrom("info", telemetry)).toEqual([
        expect.objectContaining({ rpc_code: "UNAUTHENTICATED", reason: "TOKEN_INVALID", request_id: id }),
      ]);
    },
  );

  it("has the cause of a bug, with its chain, and a warning for a refusal that no contract lists", async () => {
    const telemetry = testTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });

    await refusalOf(orders.client(OrderService).deleteOrder({ orderId }, as("ada", "customer")));
    await refusalOf(orders.client(OrderService).listOrders({}, as("ada", "customer")));

    expect(linesFrom("warn", telemetry)).toEqual([
      expect.objectContaining({
        message: "unhandled error",
        err: expect.objectContaining({ message: "broken", cause: expect.objectContaining({ message: "the disk" }) }),
      }),
      expect.objectContaining({ message: "rpc served", rpc_code: "INTERNAL" }),
      expect.objectContaining({ message: "undocumented refusal", reason: "STOCK_SHORT" }),
    ]);
  });
});

describe("the metrics of RPCs", () => {
  it("count by method and code on both sides, streams too, and know what runs", async () => {
    const telemetry = testTelemetry();
    await using orders = await rpcFixture({ certificates, routes, telemetry });
    await orders.client(OrderService).getOrder({ orderId }, as("ada", "customer"));
    await refusalOf(orders.client(OrderService).getOrder({ orderId }));
    await orders.client(OrderService, "delivery").dispatchOrder({ orderId, deliveryId: orderId });

    const text = (await telemetry.meters.registry.metrics())
      .replace(/,?service="test",?/g, ",")
      .replaceAll(",}", "}")
      .replaceAll("{,", "{");

    const getOrder = 'method="orders.v1.OrderService/GetOrder"';
    for (const side of ["server", "client"]) {
      expect(text).toContain(`rpc_${side}_calls_total{${getOrder},code="OK"} 1`);
      expect(text).toContain(`rpc_${side}_calls_total{${getOrder},code="UNAUTHENTICATED"} 1`);
      expect(text).toContain(`rpc_${side}_call_duration_seconds_count{${getOrder},code="OK"} 1`);
      expect(text).toContain(`rpc_${side}_calls_in_flight{${getOrder}} 0`);
    }
  });
});

describe("a trace", () => {
  it("goes through client and server with its ids, deadline and user", async () => {
    const telemetry = testTelemetry();
    const seen: Record<string, unknown> = {};
    await using orders = await rpcFixture({
      certificates,
      routes: (router) =>
        router.service(OrderService, {
          dispatchOrder: (_, context) => {
            const current = currentContext();
            seen.traceId = current && trace.getSpanContext(current.trace)?.traceId;
            seen.requestId = current?.requestId;
            seen.correlationId = current?.correlationId;
            seen.timeoutMs = context.timeoutMs();
            seen.user = grantOf(context).caller.user?.subject;
            return {};
          },
        }),
      telemetry,
    });
    const span = telemetry.tracer.startSpan("test");
    const client = orders.client(OrderService, "delivery");
    const user = { subject: "dora", roles: [], sessionId: "", expiresAt: new Date(), token: "dora.dispatcher" };

    await runInContext(
      {
        requestId: "request-1",
        correlationId: "correlation-1",
        trace: trace.setSpan(ROOT_CONTEXT, span),
        signal: undefined,
        deadlineAt: Date.now() + 500,
      },
      () => client.dispatchOrder({ orderId, deliveryId: orderId }, onBehalfOf({ user })),
    );

    expect(seen).toMatchObject({
      traceId: span.spanContext().traceId,
      requestId: "request-1",
      correlationId: "correlation-1",
      user: "dora",
    });
    expect(seen.timeoutMs).toBeLessThanOrEqual(500);
  });

  it("makes no call when the time of the work at hand is over", async () => {
    await using orders = await rpcFixture({ certificates, routes });
    const context = {
      requestId: "",
      correlationId: "",
      trace: ROOT_CONTEXT,
      signal: undefined,
      deadlineAt: Date.now(),
    };

    const call = runInContext(context, () => orders.client(OrderService).getOrder({ orderId }, as("ada", "customer")));

    expect(await refusalOf(call)).toMatchObject({ kind: "deadlineExceeded" });
  });

  it("ends a call with the work that made it", async () => {
    await using delivery = await rpcFixture({
      certificates,
      name: "delivery",
      routes: (router) => router.service(DeliveryService, { getDelivery: () => new Promise<never>(() => undefined) }),
    });
    const work = new AbortController();
    const context = { requestId: "", correlationId: "", trace: ROOT_CONTEXT, signal: work.signal };

    const call = runInContext(context, () =>
      delivery.client(DeliveryService).getDelivery({ deliveryId: orderId }, as("dora", "dispatcher")),
    );
    setTimeout(() => work.abort(), 20);

    expect(await errorOf(call)).toMatchObject({ code: Code.Canceled });
  });
});

function routes(router: ConnectRouter): void {
  router.service(OrderService, {
    getOrder: () => ({}),
    cancelOrder: () => ({}),
    dispatchOrder: () => ({}),
    deleteOrder: () => {
      throw new Error("broken", { cause: new Error("the disk") });
    },
    listOrders: () => {
      throw new DomainError("refused", "STOCK_SHORT", "not a reason of lists");
    },
  });
}

/** The lines of a level or worse, as a logger of that level would have written them. */
function linesFrom(level: LogLevel, { lines }: TestTelemetry): CapturedLine[] {
  const wanted = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1);
  return lines.filter((line) => wanted.includes(line.level as LogLevel));
}
