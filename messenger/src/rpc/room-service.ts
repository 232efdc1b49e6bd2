import type { ServiceImpl } from "@connectrpc/connect";
import type { RoomService } from "@animal-delivery/contracts/gen/messenger/v1/room_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { roomNotFound } from "../domain/refusals.ts";
import { memberIdOf } from "../domain/speaker.ts";
import { enterRoom } from "../rooms/enter-room.ts";
import type { ChatStore } from "../store/chat-store.ts";
import { chatMessage } from "./chat-message.ts";

/** Rooms over RPC. A caller meets the rooms of their own deliveries, a dispatcher every one; whoever has left comes in again by asking. */
export function roomService(db: Database, store: Pick<ChatStore, "findChat">): ServiceImpl<typeof RoomService> {
  return {
    async getDeliveryRoom({ deliveryId }, context) {
      const { caller, relations } = grantOf(context);
      const memberId = memberIdOf(caller.actor);
      const chatId = await enterRoom(db, deliveryId, { memberId, seesAll: relations.has("any") });
      const chat = await store.findChat(chatId, caller.actor).catch((error: unknown) => {
        // It ended in between.
        throw error instanceof DomainError && error.kind === "notFound" ? roomNotFound(deliveryId) : error;
      });
      return { room: chatMessage(chat) };
    },
  };
}
