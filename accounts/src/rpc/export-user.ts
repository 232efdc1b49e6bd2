import type { MessageInitShape } from "@bufbuild/protobuf";
import { ConnectError, type CallOptions } from "@connectrpc/connect";
import type { ExportUserResponseSchema } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Caller } from "@animal-delivery/platform/access/caller";
import { fromConnectError } from "@animal-delivery/platform/error-codes";
import { onBehalfOf } from "@animal-delivery/platform/rpc/client";
import { currentUser } from "../app/current-user.ts";
import type { Parts } from "../app/parts.ts";
import type { Neighbours } from "./neighbours.ts";
import { sessionMessage, userMessage } from "./user-message.ts";

type Part = NonNullable<MessageInitShape<typeof ExportUserResponseSchema>["part"]>;
type Told = AsyncGenerator<{ part: Part }>;

/** How many things of a neighbour are in memory at a time. */
const PAGE_SIZE = 100;

/** Of messages; the messenger tells no more at once. */
const MESSAGES_PAGE_SIZE = 50;

/**
 * Everything the platform keeps about the caller, one part after the other, read from the neighbours on the caller's behalf.
 *
 * @throws {DomainError} notFound USER_NOT_FOUND, and what a neighbour refuses.
 */
export async function* exportUser(parts: Parts, neighbours: Neighbours, caller: Caller, signal: AbortSignal): Told {
  const call = { ...onBehalfOf(caller), signal };
  const user = await currentUser(parts, caller.actor);
  yield { part: { case: "user", value: userMessage(user) } };
  for (const session of await parts.directory.listSessions(user.userId)) {
    yield { part: { case: "session", value: sessionMessage(session, caller.user?.sessionId ?? "") } };
  }
  yield* notesAndJourneys(neighbours, call);
  yield* chats(neighbours, call);
}

async function* notesAndJourneys({ notes, orders, delivery }: Neighbours, call: CallOptions): Told {
  for (const deleted of [false, true]) {
    for await (const page of pages(call, (request, options) => notes.listNotes({ ...request, deleted }, options))) {
      for (const note of page.notes) yield { part: { case: "note", value: note } };
    }
  }
  for await (const page of pages(call, (request, options) => orders.listOrders(request, options))) {
    for (const order of page.orders) yield { part: { case: "order", value: order } };
  }
  for await (const page of pages(call, (request, options) => delivery.listDeliveries(request, options))) {
    for (const one of page.deliveries) yield { part: { case: "delivery", value: one } };
  }
}

async function* chats({ chatSessions, chatPeople }: Neighbours, call: CallOptions): Told {
  const { session } = await chatSessions.getSession({}, call).catch(rethrow);
  if (session) yield { part: { case: "chatSession", value: session } };
  for await (const page of pages(call, (request, options) => chatPeople.listMyMemberships(request, options))) {
    for (const membership of page.memberships) yield { part: { case: "membership", value: membership } };
  }
  const size = MESSAGES_PAGE_SIZE;
  for await (const page of pages(call, (request, options) => chatPeople.listMyMessages(request, options), size)) {
    for (const message of page.messages) yield { part: { case: "message", value: message } };
  }
}

type ReadPage<P> = (request: { pageSize: number; pageToken: string }, options: CallOptions) => Promise<P>;

/** The pages of a neighbour's list, each read when the one before was sent. */
async function* pages<P extends { nextPageToken: string }>(
  options: CallOptions,
  read: ReadPage<P>,
  pageSize = PAGE_SIZE,
): AsyncGenerator<P> {
  let pageToken = "";
  do {
    const page = await read({ pageSize, pageToken }, options).catch(rethrow);
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

/** What a neighbour refuses, as this service's own. */
function rethrow(error: unknown): never {
  throw fromConnectError(ConnectError.from(error));
}
