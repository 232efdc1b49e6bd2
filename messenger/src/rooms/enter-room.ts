import type { Database } from "@animal-delivery/platform/db/database";
import { roomNotFound } from "../domain/refusals.ts";
import { isOpen } from "../store/postgres/closed-people.ts";
import { insertRoomMember } from "./room-chat.ts";
import { findSeenRoom, type Visitor } from "./room-repository.ts";

/**
 * Makes somebody a member of the room of a delivery, once, and answers the id of its chat. Whose account is being deleted, or was,
 * sees no room any more.
 *
 * @throws {DomainError} notFound ROOM_NOT_FOUND
 */
export async function enterRoom(db: Database, deliveryId: string, visitor: Visitor): Promise<string> {
  return db.transaction(async (tx) => {
    const room = (await isOpen(tx, visitor.memberId)) ? await findSeenRoom(tx, deliveryId, visitor) : undefined;
    if (!room) throw roomNotFound(deliveryId);
    await insertRoomMember(tx, room.chatNo, visitor.memberId, room.part);
    return room.chatId;
  });
}
