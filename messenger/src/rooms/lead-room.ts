import type { Transaction } from "@animal-delivery/platform/db/database";
import { memberIdOf } from "../domain/speaker.ts";
import { appendSystemMessage, deleteRoomMember, endRoomChat, insertRoomChat, insertRoomMember } from "./room-chat.ts";
import { findRoomForUpdate, saveCourier, saveEnd } from "./room-repository.ts";

/** How rooms are. */
export interface RoomRules {
  readonly historySize: number;
  /** How long a room can be read when its delivery is over. */
  readonly retentionMs: number;
}

/** A courier has the delivery: the room opens, or another courier comes in and the one before goes out. */
export async function letCourierIn(
  tx: Transaction,
  { historySize }: Pick<RoomRules, "historySize">,
  deliveryId: string,
  courierSubject: string,
): Promise<void> {
  const room = await findRoomForUpdate(tx, deliveryId);
  if (!room) return;
  const courierId = memberIdOf(courierSubject);
  if (room.courierId === courierId) return;
  const chatNo = room.chatNo ?? (await insertRoomChat(tx, `Delivery ${deliveryId}`, historySize));
  if (room.chatNo === undefined && room.customerId !== undefined) {
    await insertRoomMember(tx, chatNo, room.customerId, "Customer");
  }
  // Who ordered the animal stays, also when they carried it.
  if (room.courierId !== undefined && room.courierId !== room.customerId) {
    await deleteRoomMember(tx, chatNo, room.courierId);
  }
  await insertRoomMember(tx, chatNo, courierId, "Courier");
  await saveCourier(tx, deliveryId, courierId, chatNo);
  await appendSystemMessage(tx, chatNo, "A courier has the delivery and is on the way to the animal.");
}

/** Tells a step of the delivery to whoever is in its room. */
export async function tellStep(tx: Transaction, deliveryId: string, text: string): Promise<void> {
  const room = await findRoomForUpdate(tx, deliveryId);
  if (room?.chatNo !== undefined) await appendSystemMessage(tx, room.chatNo, text);
}

/** Tells how the delivery ended; the room is read-only from now on and disappears after its time. */
export async function endRoom(
  tx: Transaction,
  { retentionMs }: Pick<RoomRules, "retentionMs">,
  deliveryId: string,
  { text, endedAt }: { readonly text: string; readonly endedAt: Date },
): Promise<void> {
  const room = await findRoomForUpdate(tx, deliveryId);
  if (!room) return;
  if (room.chatNo !== undefined) {
    await appendSystemMessage(tx, room.chatNo, text);
    await endRoomChat(tx, room.chatNo, new Date(endedAt.getTime() + retentionMs));
  }
  await saveEnd(tx, deliveryId, endedAt);
}
