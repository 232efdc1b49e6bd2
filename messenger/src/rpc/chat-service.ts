import { durationMs, type Duration } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { JoinDecision, type ChatService } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import { idempotencyKeyOf } from "@animal-delivery/platform/rpc/mutate";
import { createChat } from "../app/create-chat.ts";
import { idOf } from "./id-of.ts";
import { chatMessage, joinRequestMessage, memberMessage } from "./chat-message.ts";
import { pageOf } from "./page-of.ts";
import type { Parts } from "./parts.ts";

export function chatService({ store, callers, metrics, chatRules }: Parts): ServiceImpl<typeof ChatService> {
  const { keyOf } = callers;
  return {
    async createChat({ title, historySize, ttl, readOnly, private: isPrivate }, context) {
      const idempotencyKey = idempotencyKeyOf(context);
      const wish = { title, historySize, isReadOnly: readOnly, isPrivate, ttlMs: msOf(ttl), idempotencyKey };
      const chat = await createChat(store, await callers.speakerOf(context), wish, chatRules);
      metrics.chats.inc();
      return { chat: chatMessage(chat) };
    },

    getChat: async (request, context) => ({
      chat: chatMessage(await store.findChat(idOf(request), keyOf(context))),
    }),

    async listMyChats(request, context) {
      const list = pageOf(
        ["chats"],
        (after, limit) => store.listChats(keyOf(context), after, limit),
        ({ joinedAt, chatId }) => ({ at: joinedAt.getTime(), id: chatId }),
      );
      const { items, nextPageToken } = await list(request);
      return { chats: items.map(chatMessage), nextPageToken };
    },

    async deleteChat(request, context) {
      await store.deleteChat(idOf(request), keyOf(context));
      return {};
    },

    setChatTtl: async (request, context) => ({
      chat: chatMessage(await store.setTtl(idOf(request), keyOf(context), msOf(request.ttl))),
    }),

    requestToJoin: async (request, context) => ({
      joinRequest: joinRequestMessage(await store.requestToJoin(idOf(request), await callers.speakerOf(context))),
    }),

    async listJoinRequests(request, context) {
      const chatId = idOf(request);
      const list = pageOf(
        ["join-requests", chatId],
        (after, limit) => store.listJoinRequests(chatId, keyOf(context), after, limit),
        ({ since, memberId }) => ({ at: since.getTime(), id: memberId }),
      );
      const { items, nextPageToken } = await list(request);
      return { joinRequests: items.map(joinRequestMessage), nextPageToken };
    },

    async decideJoinRequest(request, context) {
      const told = request.decision === JoinDecision.ADMIT ? "admit" : "decline";
      await store.decideJoinRequest(idOf(request), keyOf(context), request.memberId.toLowerCase(), told);
      return {};
    },

    async listMembers(request, context) {
      const chatId = idOf(request);
      const list = pageOf(
        ["members", chatId],
        (after, limit) => store.listMembers(chatId, keyOf(context), after, limit),
        ({ since, memberId }) => ({ at: since.getTime(), id: memberId }),
      );
      const { items, nextPageToken } = await list(request);
      return { members: items.map(memberMessage), nextPageToken };
    },

    async removeMember(request, context) {
      await store.removeMember(idOf(request), keyOf(context), request.memberId.toLowerCase());
      return {};
    },
  };
}

/** In whole milliseconds. */
function msOf(ttl: Duration | undefined): number | undefined {
  return ttl && Math.floor(durationMs(ttl));
}
