import type { ServiceImpl } from "@connectrpc/connect";
import type { MessageService } from "@animal-delivery/contracts/gen/messenger/v1/message_service_pb";
import { readPage } from "@animal-delivery/platform/page";
import { digitsAt } from "@animal-delivery/platform/page-position";
import { idempotencyKeyOf } from "@animal-delivery/platform/rpc/mutate";
import { followChat } from "../feed/follow-chat.ts";
import { idOf } from "./id-of.ts";
import { messageMessage, toldMessage } from "./message-message.ts";
import type { Parts } from "./parts.ts";

export function messageService(parts: Parts): ServiceImpl<typeof MessageService> {
  const { store, callers, feed, streams, metrics } = parts;
  return {
    async sendMessage(request, context) {
      const chatId = idOf(request);
      const draft = { text: request.text, idempotencyKey: idempotencyKeyOf(context) };
      const message = await store.appendMessage(chatId, await callers.speakerOf(context), draft);
      metrics.messages.inc();
      return { message: messageMessage(chatId, message) };
    },

    async listMessages(request, context) {
      const chatId = idOf(request);
      const key = callers.keyOf(context);
      const { items, nextPageToken } = await readPage(request, {
        filters: ["messages", chatId],
        positionOf: (position) => Number(digitsAt(position, 0)),
        read: (before, limit) => store.listMessages(chatId, key, before, limit),
        keyOf: ({ sequence }) => [String(sequence)],
      });
      return { messages: items.map((message) => messageMessage(chatId, message)), nextPageToken };
    },

    /** The stream's greatest age, its end at shutdown and when the caller may call no more are the RPC server's: they abort the signal. */
    async *subscribeMessages(request, context) {
      context.signal.throwIfAborted();
      const chatId = idOf(request);
      const { resumeToken } = request;
      const key = callers.keyOf(context);
      using _open = streams.open(key, context.signal);
      for await (const told of followChat(store, feed, { chatId, key, resumeToken }, context.signal)) {
        if (told.kind === "message") metrics.told.inc();
        yield toldMessage(chatId, told);
      }
    },
  };
}
