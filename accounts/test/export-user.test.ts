// Drives UserService.ExportUser over RPC; the neighbours are routes in this process that page like the real ones.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createClient, createRouterTransport, type HandlerContext } from "@connectrpc/connect";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { NoteService, ListNotesResponseSchema } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { ExportUserResponse } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { toConnectError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { givenUser, self, startAccounts, type Accounts } from "./setup.ts";

const COUNT = 250;

let service: Accounts;
let tokens: Set<string | null>;
let ordersAway: boolean;

/** A page of numbers, as many as were asked for. */
function pageOf(
  { pageSize, pageToken }: { pageSize: number; pageToken: string },
  count: number,
  context: HandlerContext,
) {
  tokens.add(context.requestHeader.get("authorization"));
  const from = Number(pageToken || 0);
  const numbers = Array.from({ length: Math.min(pageSize, count - from) }, (_, n) => from + n);
  return { numbers, nextPageToken: from + pageSize < count ? String(from + pageSize) : "" };
}

const transport = createRouterTransport((router) => {
  router.service(NoteService, {
    listNotes(request, context) {
      const { numbers, nextPageToken } = pageOf(request, request.deleted ? 1 : 2, context);
      const notes = numbers.map((n) => ({ title: `${request.deleted ? "deleted" : "kept"} ${n}` }));
      const response: MessageInitShape<typeof ListNotesResponseSchema> = { notes, nextPageToken };
      return create(ListNotesResponseSchema, response);
    },
  });
  router.service(OrderService, {
    listOrders(request, context) {
      if (ordersAway) throw toConnectError(new DomainError("unavailable", "UNAVAILABLE", "orders is away"), "orders");
      const { numbers, nextPageToken } = pageOf(request, COUNT, context);
      return { orders: numbers.map((n) => ({ orderId: `order ${n}` })), nextPageToken };
    },
  });
  router.service(DeliveryService, {
    listDeliveries(request, context) {
      const { numbers, nextPageToken } = pageOf(request, 1, context);
      return { deliveries: numbers.map((n) => ({ deliveryId: `delivery ${n}` })), nextPageToken };
    },
  });
});

beforeAll(async () => {
  service = await startAccounts({
    notes: createClient(NoteService, transport),
    orders: createClient(OrderService, transport),
    delivery: createClient(DeliveryService, transport),
  });
});
beforeEach(() => {
  tokens = new Set();
  ordersAway = false;
});
afterAll(() => service[Symbol.asyncDispose]());

async function exported(userId: string): Promise<ExportUserResponse["part"][]> {
  const parts = [];
  for await (const { part } of service.users(self(userId)).exportUser({})) parts.push(part);
  return parts;
}

describe("ExportUser", () => {
  it("tells everything that is kept about the caller, on their behalf", async () => {
    const userId = await givenUser(service);
    const sessionId = service.directory.givenSession(userId);

    const parts = await exported(userId);

    expect(parts[0]).toMatchObject({ case: "user", value: { userId } });
    expect(parts[1]).toMatchObject({ case: "session", value: { sessionId } });
    const notes = parts.flatMap((part) => (part.case === "note" ? [part.value.title] : []));
    expect(notes).toEqual(["kept 0", "kept 1", "deleted 0"]);
    const orders = parts.flatMap((part) => (part.case === "order" ? [part.value.orderId] : []));
    expect(orders).toEqual(Array.from({ length: COUNT }, (_, n) => `order ${n}`));
    expect(parts.at(-1)).toMatchObject({ case: "delivery", value: { deliveryId: "delivery 0" } });
    expect([...tokens]).toEqual([`Bearer token of ${userId}`]);
  });

  it("ends with what a neighbour ends with", async () => {
    const userId = await givenUser(service);
    ordersAway = true;

    expect(await refusalOf(exported(userId))).toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
  });

  it("knows nothing of somebody who is not there", async () => {
    expect(await refusalOf(exported("nobody"))).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
  });
});
