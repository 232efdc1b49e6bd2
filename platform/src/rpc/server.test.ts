import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { Code, ConnectError, createClient, type ConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCertificates, type TestCertificates } from "../testing/certificates.ts";
import { errorOf, refusalOf } from "../testing/refusal.ts";
import { as, rpcFixture } from "../testing/rpc-fixture.ts";
import { grantOf } from "./grant.ts";

// Real HTTP/2 and mutual TLS over loopback.

const orderId = "0198f0a0-0000-7000-8000-000000000001";

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await testCertificates(["orders", "delivery", "api-gateway", "logging"]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

describe("the RPC server", () => {
  it("answers a caller that shows a certificate of the authority", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });

    const { order } = await orders.client(OrderService).getOrder({ orderId }, as("ada", "customer"));

    expect(order).toMatchObject({ orderId, customerId: "ada" });
  });

  it("refuses a caller without a certificate", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    const { ca } = certificates.tlsOf("orders").current();

    const error = await errorOf(connectWith(orders.address, { ca }).getOrder({ orderId }));

    expect(String(error)).toContain("certificate required");
  });

  it("refuses a caller with a certificate of another authority", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    await using foreign = await testCertificates(["api-gateway"]);
    const { cert, key } = foreign.tlsOf("api-gateway").current();
    const { ca } = certificates.tlsOf("orders").current();

    const error = await errorOf(connectWith(orders.address, { cert, key, ca }).getOrder({ orderId }));

    // The alert and the end of the connection race; either way there is no answer.
    expect(String(error)).toMatch(/unknown ca|ECONNRESET|CANCEL/);
  });

  it("answers a caller without a certificate where it asks for none, and lets authentication decide", async () => {
    await using orders = await rpcFixture({
      certificates,
      routes: echoCaller,
      server: { clientCertificate: "none" },
    });
    const { ca } = certificates.tlsOf("orders").current();

    const refusal = await refusalOf(connectWith(orders.address, { ca }).getOrder({ orderId }));
    const older = await errorOf(connectWith(orders.address, { ca, maxVersion: "TLSv1.2" }).getOrder({ orderId }));

    expect(refusal).toMatchObject({ kind: "unauthenticated", reason: "TOKEN_INVALID" });
    expect(String(older)).toContain("protocol version");
  });

  it("refuses TLS 1.2", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    const keys = certificates.tlsOf("api-gateway").current();

    const error = await errorOf(connectWith(orders.address, { ...keys, maxVersion: "TLSv1.2" }).getOrder({ orderId }));

    expect(String(error)).toContain("protocol version");
  });

  it("refuses plaintext", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    const session = connectHttp2(orders.address.replace("https:", "http:"));
    const events: string[] = [];
    session.on("error", () => events.push("failed"));
    const request = session.request({ ":method": "POST", ":path": "/orders.v1.OrderService/GetOrder" });
    request.on("error", () => events.push("failed")).on("response", () => events.push("answered"));

    await once(request, "close");

    expect(events).not.toContain("answered");
  });

  it("refuses another service's certificate by the policy", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    const dispatch = { orderId, deliveryId: orderId };

    await expect(orders.client(OrderService, "delivery").dispatchOrder(dispatch)).resolves.toBeDefined();

    const refusal = { kind: "forbidden", reason: "ACCESS_DENIED" };
    expect(await refusalOf(orders.client(OrderService, "logging").dispatchOrder(dispatch))).toMatchObject(refusal);
    const throughGateway = orders.client(OrderService).dispatchOrder(dispatch, as("root", "admin"));
    expect(await refusalOf(throughGateway)).toMatchObject(refusal);
  });

  it("refuses a body over the limit before a handler sees it", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    const transport = createGrpcTransport({
      baseUrl: orders.address,
      nodeOptions: certificates.tlsOf("api-gateway").current(),
    });
    const call = createClient(OrderService, transport).getOrder(
      { orderId: "x".repeat(1_100_000) },
      as("ada", "customer"),
    );

    expect(await refusalOf(call)).toMatchObject({ kind: "tooLarge", reason: "REQUEST_TOO_LARGE" });
  });

  it.each([
    ["an error that it did not expect", new Error("password is hunter2")],
    ["what a neighbour said", new ConnectError("password is hunter2", Code.NotFound, { "x-secret": "hunter2" })],
  ])("hides %s", async (_what, thrown) => {
    await using orders = await rpcFixture({
      certificates,
      routes: implement({
        getOrder: () => {
          throw thrown;
        },
      }),
    });

    const error = await errorOf(orders.client(OrderService).getOrder({ orderId }, as("ada", "customer")));

    expect(error.rawMessage).toBe("internal error");
    expect(error.code).toBe(Code.Internal);
    expect(JSON.stringify([error, [...error.metadata]])).not.toContain("hunter2");
  });
});

describe("the RPC client", () => {
  it("does not talk to another service than it was made for", async () => {
    await using orders = await rpcFixture({ certificates, routes: echoCaller });
    const client = orders.client(OrderService, "api-gateway", { peer: "delivery", retries: { retriesMax: 0 } });

    const error = await errorOf(client.getOrder({ orderId }, as("ada", "customer")));

    expect(String(error)).toContain("127.0.0.1 is orders, not delivery");
  });
});

function implement(implementation: Partial<ServiceImpl<typeof OrderService>>): (router: ConnectRouter) => void {
  return (router) => router.service(OrderService, implementation);
}

function echoCaller(router: ConnectRouter): void {
  router.service(OrderService, {
    getOrder: ({ orderId }, context) => ({ order: { orderId, customerId: grantOf(context).caller.actor } }),
    dispatchOrder: () => ({}),
  });
}

function connectWith(
  baseUrl: string,
  nodeOptions: { ca: string; cert?: string; key?: string; maxVersion?: "TLSv1.2" },
) {
  return createClient(OrderService, createGrpcTransport({ baseUrl, nodeOptions }));
}
