import { ROOT_CONTEXT } from "@opentelemetry/api";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { type ConnectRouter, createClient, createContextValues, type Transport } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { tokenInvalid } from "../access/token-invalid.ts";
import { runInContext } from "../request-context.ts";
import { userGrant } from "../testing/grants.ts";
import { refusalOf } from "../testing/refusal.ts";
import { testTelemetry } from "../testing/telemetry.ts";
import type { Authenticator } from "./authenticate.ts";
import { grantKey, grantOf } from "./grant.ts";
import { localTransport } from "./local-transport.ts";

const orderId = "0198f0a0-0000-7000-8000-000000000001";
const telemetry = testTelemetry("orders");

/** Knows whoever was found out before, and those who say who they are. */
const authenticate: Authenticator = {
  async authenticate({ requestHeader, values }) {
    if (values.get(grantKey)) return;
    const subject = requestHeader.get("authorization");
    if (subject === null) throw tokenInvalid("who are you?");
    values.set(grantKey, userGrant({ subject }));
  },
  recheck: () => undefined,
};

describe("the transport inside a process", () => {
  it("hands on who calls, found out before or by the gate", async () => {
    const client = createClient(OrderService, transport(echoCaller));
    const contextValues = createContextValues().set(grantKey, userGrant({ subject: "ada" }));

    const known = await client.getOrder({ orderId }, { contextValues });
    const told = await client.getOrder({ orderId }, { headers: { authorization: "bob" } });

    expect([known.order?.customerId, told.order?.customerId]).toEqual(["ada", "bob"]);
    expect(await refusalOf(client.getOrder({ orderId }))).toMatchObject({ reason: "TOKEN_INVALID" });
  });

  it("keeps the rules of the contract, and a call's deadline", async () => {
    const client = createClient(
      OrderService,
      transport((router) => router.service(OrderService, { getOrder: () => new Promise<never>(() => undefined) })),
    );
    const headers = { authorization: "ada" };

    expect(await refusalOf(client.getOrder({ orderId: "no-uuid" }, { headers }))).toMatchObject({
      reason: "REQUEST_INVALID",
    });
    expect(await refusalOf(client.getOrder({ orderId }, { headers, timeoutMs: 20 }))).toMatchObject({
      kind: "deadlineExceeded",
    });
  });

  it("carries the ids of the work at hand", async () => {
    const client = createClient(OrderService, transport(echoCaller));
    const context = { requestId: "request-1", correlationId: "all-of-it", trace: ROOT_CONTEXT, signal: undefined };

    await runInContext(context, () => client.getOrder({ orderId }, { headers: { authorization: "ada" } }));

    expect(telemetry.lines).toContainEqual(
      expect.objectContaining({ message: "rpc served", request_id: "request-1", correlation_id: "all-of-it" }),
    );
  });

  it("tells a handler that the reader of its stream left, and a reader that the process drains", async () => {
    const left = Promise.withResolvers<void>();
    const draining = new AbortController();
    const client = createClient(
      DeliveryService,
      transport((router) => {
        router.service(DeliveryService, {
          async *trackDelivery(_request, { signal }) {
            signal.addEventListener("abort", () => left.resolve());
            yield {};
            await new Promise<never>(() => undefined);
          },
        });
      }, draining.signal),
    );
    const options = { headers: { authorization: "ada" } };
    const reader = new AbortController();
    const leaving = client.trackDelivery({ deliveryId: orderId }, { ...options, signal: reader.signal });
    const staying = client.trackDelivery({ deliveryId: orderId }, options)[Symbol.asyncIterator]();
    await leaving[Symbol.asyncIterator]().next();
    await staying.next();

    reader.abort();
    await left.promise;
    draining.abort();

    expect(await refusalOf(staying.next())).toMatchObject({ kind: "unavailable" });
  });
});

function transport(routes: (router: ConnectRouter) => void, draining = new AbortController().signal): Transport {
  return localTransport(routes, { name: "orders", authenticate, telemetry }, draining);
}

function echoCaller(router: ConnectRouter): void {
  router.service(OrderService, {
    getOrder: ({ orderId }, context) => ({ order: { orderId, customerId: grantOf(context).caller.actor } }),
  });
}
