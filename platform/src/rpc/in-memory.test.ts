import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ViolationsSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { fromConnectError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";
import { userGrant } from "../testing/grants.ts";
import { errorOf, refusalOf } from "../testing/refusal.ts";
import { grantOf } from "./grant.ts";
import { inMemoryClient } from "./in-memory.ts";

const grant = userGrant({ subject: "ada" });
const orderId = "0198f0a0-0000-7000-8000-000000000001";

describe("inMemoryClient", () => {
  it("calls a handler with the grant it was given", async () => {
    const client = inMemoryClient(
      OrderService,
      (router) =>
        router.service(OrderService, {
          getOrder: ({ orderId }, context) => ({ order: { orderId, customerId: grantOf(context).caller.actor } }),
        }),
      { grant },
    );

    expect((await client.getOrder({ orderId })).order).toMatchObject({ orderId, customerId: "ada" });
  });

  it("carries a documented refusal exactly", async () => {
    const client = inMemoryClient(
      OrderService,
      (router) =>
        router.service(OrderService, {
          getOrder: () => {
            throw new DomainError("notFound", "ORDER_NOT_FOUND", "there is no such order", { order_id: orderId });
          },
        }),
      { grant },
    );

    expect(await errorOf(client.getOrder({ orderId }))).toMatchObject({ code: Code.NotFound });
    expect(await refusalOf(client.getOrder({ orderId }))).toMatchObject({
      kind: "notFound",
      reason: "ORDER_NOT_FOUND",
      message: "there is no such order",
      metadata: { order_id: orderId },
    });
  });

  it("fails on a refusal that the contract does not list", async () => {
    const client = inMemoryClient(
      OrderService,
      (router) =>
        router.service(OrderService, {
          getOrder: () => {
            throw new DomainError("refused", "STOCK_SHORT", "not here");
          },
        }),
      { grant },
    );

    await expect(client.getOrder({ orderId })).rejects.toThrow(
      "the contract of orders.v1.OrderService/GetOrder does not list the refusal STOCK_SHORT",
    );
  });

  it("refuses what breaks a rule of the contract, naming the field", async () => {
    const client = inMemoryClient(OrderService, (router) => router.service(OrderService, {}), { grant });

    const error = await errorOf(client.getOrder({ orderId: "no uuid" }));

    expect(fromConnectError(error)).toMatchObject({ kind: "invalid", reason: "REQUEST_INVALID" });
    expect(error.findDetails(ViolationsSchema)[0]?.violations[0]).toMatchObject({
      ruleId: "string.uuid",
      field: { elements: [{ fieldName: "order_id" }] },
    });
  });
});
