import {
  JoinRequestSchema,
  ListJoinRequestsResponseSchema,
  ListMembersResponseSchema,
} from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import type { CallerStore } from "../chat-store/under-test.ts";
import { participantOf } from "./from-wire.ts";
import type { Parts } from "./parts.ts";

const PAGE_SIZE_MAX = 200;

type Calls = Pick<
  CallerStore,
  "requestToJoin" | "listJoinRequests" | "decideJoinRequest" | "listMembers" | "removeMember"
>;

export function httpParticipants({ caller, pages }: Parts): Calls {
  return {
    async requestToJoin(chatId, speaker) {
      const path = `/v1/chats/${chatId}/join-requests`;
      const { memberId, alias, askedAt } = await caller.ask(speaker, JoinRequestSchema, "POST", path, { body: {} });
      return participantOf(memberId, alias, askedAt);
    },
    listJoinRequests: async (chatId, key, after, limit) =>
      pages.walk({
        list: `join requests of ${chatId} for ${key}`,
        after: after?.id,
        limit,
        pageSizeMax: PAGE_SIZE_MAX,
        async read(query) {
          const path = `/v1/chats/${chatId}/join-requests`;
          const page = await caller.ask({ key }, ListJoinRequestsResponseSchema, "GET", path, { query });
          const items = page.joinRequests.map(({ memberId, alias, askedAt }) =>
            participantOf(memberId, alias, askedAt),
          );
          return { items, nextPageToken: page.nextPageToken };
        },
        positionOf: ({ memberId }) => memberId,
      }),
    async decideJoinRequest(chatId, key, memberId, decision) {
      const body = { decision: decision === "admit" ? "JOIN_DECISION_ADMIT" : "JOIN_DECISION_DECLINE" };
      await caller.tell({ key }, "POST", `/v1/chats/${chatId}/join-requests/${memberId}:decide`, { body });
    },
    listMembers: async (chatId, key, after, limit) =>
      pages.walk({
        list: `members of ${chatId} for ${key}`,
        after: after?.id,
        limit,
        pageSizeMax: PAGE_SIZE_MAX,
        async read(query) {
          const path = `/v1/chats/${chatId}/members`;
          const page = await caller.ask({ key }, ListMembersResponseSchema, "GET", path, { query });
          const items = page.members.map(({ memberId, alias, joinedAt }) => participantOf(memberId, alias, joinedAt));
          return { items, nextPageToken: page.nextPageToken };
        },
        positionOf: ({ memberId }) => memberId,
      }),
    removeMember: async (chatId, key, memberId) =>
      caller.tell({ key }, "DELETE", `/v1/chats/${chatId}/members/${memberId}`),
  };
}
