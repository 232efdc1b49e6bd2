// Drives UserService.ExportUser over RPC; the neighbours are routes in this process that page like the real ones.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createClient, createRouterTransport, type HandlerContext } from "@connectrpc/connect";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import { PersonService } from "@animal-delivery/contracts/gen/messenger/v1/person_service_pb";
import { SessionService } from "@animal-delivery/contracts/gen/messenger/v1/session_service_pb";
import { NoteService, ListNotesResponseSchema } from "@animal-delivery/contracts/gen/notes/v1/note_service_pb";
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { ExportUserResponse } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import { toConnectError } from "@animal-delivery/platform/error-codes";
import { DomainError } from "@animal-delivery/platform/errors";
import { refusalOf } from "@animal-delivery/platform/testing/refusal";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { givenUser, self, startAccounts, type Accounts } from "./setup.ts";

const COUNT = 250;
/** What the contract allows a page of messages. */
const MESSAGES_MAX = 50;

let service: Accounts;
let tokens: Set<string | null>;
let ordersAway: boolean;
let chatsAway: boolean;

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
  router.service(SessionService, {
    getSession(_request, context) {
      tokens.add(context.requestHeader.get("authorization"));
      return { session: { memberId: "member 1", alias: "Anna" } };
    },
  });
  router.service(PersonService, {
    listMyMemberships(request, context) {
      const { numbers, nextPageToken } = pageOf(request, COUNT, context);
      return { memberships: numbers.map((n) => ({ chat: { chatId: `chat ${n}` } })), nextPageToken };
    },
    listMyMessages(request, context) {
      if (chatsAway) throw toConnectError(new DomainError("unavailable", "UNAVAILABLE", "it is away"), "messenger");
      if (request.pageSize > MESSAGES_MAX) throw new Error("the contract does not allow such a page");
      const { numbers, nextPageToken } = pageOf(request, COUNT, context);
      return { messages: numbers.map((n) => ({ text: `message ${n}` })), nextPageToken };
    },
  });
});

beforeAll(async () => {
  service = await startAccounts({
    notes: createClient(NoteService, transport),
    orders: createClient(OrderService, transport),
    delivery: createClient(DeliveryService, transport),
    chatSessions: createClient(SessionService, transport),
    chatPeople: createClient(PersonService, transport),
  });
});
beforeEach(() => {
  tokens = new Set();
  ordersAway = false;
  chatsAway = false;
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
    const deliveries = parts.flatMap((part) => (part.case === "delivery" ? [part.value.deliveryId] : []));
    expect(deliveries).toEqual(["delivery 0"]);
    const speakers = parts.flatMap((part) => (part.case === "chatSession" ? [part.value.alias] : []));
    expect(speakers).toEqual(["Anna"]);
    const chats = parts.flatMap((part) => (part.case === "membership" ? [part.value.chat?.chatId] : []));
    expect(chats).toEqual(Array.from({ length: COUNT }, (_, n) => `chat ${n}`));
    const messages = parts.flatMap((part) => (part.case === "message" ? [part.value.text] : []));
    expect(messages).toEqual(Array.from({ length: COUNT }, (_, n) => `message ${n}`));
    expect([...tokens]).toEqual([`Bearer token of ${userId}`]);
  });

  it.each([
    ["orders", () => (ordersAway = true)],
    ["the messenger", () => (chatsAway = true)],
  ])("ends with what a neighbour ends with: %s is away", async (_neighbour, goesAway) => {
    const userId = await givenUser(service);
    goesAway();

    expect(await refusalOf(exported(userId))).toMatchObject({ kind: "unavailable", reason: "UNAVAILABLE" });
  });

  it("knows nothing of somebody who is not there", async () => {
    expect(await refusalOf(exported("nobody"))).toMatchObject({ kind: "notFound", reason: "USER_NOT_FOUND" });
  });
});
