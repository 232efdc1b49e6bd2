import { ChatSchema, ListMyChatsResponseSchema } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import type { CallerStore } from "../chat-store/under-test.ts";
import { chatOf } from "./from-wire.ts";
import { durationOf, type Parts } from "./parts.ts";

const PAGE_SIZE_MAX = 200;

type Calls = Pick<CallerStore, "createChat" | "findChat" | "listChats" | "deleteChat" | "setTtl">;

/** The id that a chat is asked for is its idempotency key: whoever asks by it again means the same chat. */
export function httpChats({ caller, pages, creators }: Parts): Calls {
  return {
    async createChat(speaker, { chatId: idempotencyKey, title, historySize, isReadOnly, isPrivate, ttlMs }) {
      const body = {
        title,
        history_size: historySize,
        read_only: isReadOnly,
        private: isPrivate,
        ...durationOf(ttlMs),
      };
      const chat = chatOf(await caller.ask(speaker, ChatSchema, "POST", "/v1/chats", { body, idempotencyKey }));
      creators.set(chat.chatId, speaker.key);
      return chat;
    },
    findChat: async (chatId, key) => chatOf(await caller.ask({ key }, ChatSchema, "GET", `/v1/chats/${chatId}`)),
    listChats: async (key, after, limit) =>
      pages.walk({
        list: `chats of ${key}`,
        after: after?.id,
        limit,
        pageSizeMax: PAGE_SIZE_MAX,
        async read(query) {
          const page = await caller.ask({ key }, ListMyChatsResponseSchema, "GET", "/v1/chats", { query });
          return { items: page.chats.map(chatOf), nextPageToken: page.nextPageToken };
        },
        positionOf: ({ chatId }) => chatId,
      }),
    deleteChat: async (chatId, key) => caller.tell({ key }, "DELETE", `/v1/chats/${chatId}`),
    async setTtl(chatId, key, ttlMs) {
      const body = durationOf(ttlMs);
      return chatOf(await caller.ask({ key }, ChatSchema, "POST", `/v1/chats/${chatId}:setTtl`, { body }));
    },
  };
}
