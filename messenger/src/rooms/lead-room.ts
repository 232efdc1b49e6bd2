import type { Transaction } from "@animal-delivery/platform/db/database";
import { memberIdOf } from "../domain/speaker.ts";
import { isOpen } from "../store/postgres/closed-people.ts";
import { appendSystemMessage, deleteRoomMember, endRoomChat, insertRoomChat, insertRoomMember } from "./room-chat.ts";
import { findRoomForUpdate, insertRoom, saveCourier, saveEnd } from "./room-repository.ts";

/** How rooms are. */
export interface RoomRules {
  readonly historySize: number;
  /** How long a room can be read when its delivery is over. */
  readonly retentionMs: number;
}

/** A delivery begins; its room opens once a courier has it. */
export async function prepareRoom(tx: Transaction, deliveryId: string, customerSubject: string): Promise<void> {
  await insertRoom(tx, deliveryId, await unlessClosed(tx, memberIdOf(customerSubject)));
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
  // Both before the places and the chat, which whoever has their own door locks after it.
  const newCustomerId = room.chatNo === undefined ? await unlessClosed(tx, room.customerId) : undefined;
  const newCourierId = await unlessClosed(tx, courierId);
  const chatNo = room.chatNo ?? (await insertRoomChat(tx, `Delivery ${deliveryId}`, historySize));
  if (newCustomerId !== undefined) await insertRoomMember(tx, chatNo, newCustomerId, "Customer");
  // Who ordered the animal stays, also when they carried it.
  if (room.courierId !== undefined && room.courierId !== room.customerId) {
    await deleteRoomMember(tx, chatNo, room.courierId);
  }
  if (newCourierId !== undefined) await insertRoomMember(tx, chatNo, newCourierId, "Courier");
  await saveCourier(tx, deliveryId, newCourierId, chatNo);
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

/** The member id of somebody of whom something may be written until the transaction ends. */
async function unlessClosed(tx: Transaction, memberId: string | undefined): Promise<string | undefined> {
  return memberId !== undefined && (await isOpen(tx, memberId)) ? memberId : undefined;
}
