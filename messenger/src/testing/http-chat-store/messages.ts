import { ChatSchema } from "@animal-delivery/contracts/gen/messenger/v1/chat_service_pb";
import {
  ListMessagesResponseSchema,
  MessageSchema,
} from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import type { CallerStore } from "../chat-store/under-test.ts";
import { Follower } from "./follower.ts";
import { chatOf, messageOf } from "./from-wire.ts";
import type { Parts } from "./parts.ts";

const PAGE_SIZE_MAX = 50;

/** Follows a chat that nobody made, and so nobody can. */
const NOBODY = "nobody";

export function httpMessages({
  caller,
  pages,
  creators,
}: Parts): Pick<CallerStore, "appendMessage" | "listMessages" | "readTail"> {
  const follower = new Follower(caller);
  return {
    async appendMessage(chatId, speaker, { text, idempotencyKey }) {
      const sent = { body: { text }, idempotencyKey };
      return messageOf(await caller.ask(speaker, MessageSchema, "POST", `/v1/chats/${chatId}/messages`, sent));
    },
    listMessages: async (chatId, key, before, limit) =>
      pages.walk({
        list: `messages of ${chatId} for ${key}`,
        after: before?.toString(),
        limit,
        pageSizeMax: PAGE_SIZE_MAX,
        async read(query) {
          const path = `/v1/chats/${chatId}/messages`;
          const page = await caller.ask({ key }, ListMessagesResponseSchema, "GET", path, { query });
          return { items: page.messages.map(messageOf), nextPageToken: page.nextPageToken };
        },
        positionOf: ({ sequence }) => String(sequence),
      }),
    /** The chat's creator follows it. A stream does not end where the messages do: what there is to come is asked before. */
    async readTail(chatId, after, limit) {
      const who = { key: creators.get(chatId) ?? NOBODY };
      const last = await caller.ask(who, ChatSchema, "GET", `/v1/chats/${chatId}`).then(
        (chat) => chatOf(chat).lastSequence,
        // The stream says it, too.
        () => Infinity,
      );
      return { messages: last <= after ? [] : await follower.read({ who, chatId, after, limit, last }) };
    },
  };
}
