import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Part } from "./room-chat.ts";

/** The room of a delivery under way. */
export interface Room {
  readonly deliveryId: string;
  /** Member ids; undefined once the account was deleted. */
  readonly customerId: string | undefined;
  /** Undefined before one is assigned, too. */
  readonly courierId: string | undefined;
  /** Undefined before a courier is assigned, and when the chat is gone. */
  readonly chatNo: string | undefined;
}

interface RoomRow {
  delivery_id: string;
  customer_id: string | null;
  courier_id: string | null;
  chat_no: string | null;
}

/** Makes a place for a delivery's room, once. The caller has found the customer open, or names none. */
export async function insertRoom(tx: Transaction, deliveryId: string, customerId: string | undefined): Promise<void> {
  await tx.query(
    "insert_room",
    "insert into rooms (delivery_id, customer_id) values ($1, $2) on conflict (delivery_id) do nothing",
    [deliveryId, customerId],
  );
}

/** The room of a delivery, locked until the transaction ends; undefined when there is none, or its delivery has ended. */
export async function findRoomForUpdate(tx: Transaction, deliveryId: string): Promise<Room | undefined> {
  const { rows } = await tx.query<RoomRow>(
    "find_room_for_update",
    `select delivery_id, customer_id, courier_id, chat_no
       from rooms
      where delivery_id = $1 and ended_at is null
        for update`,
    [deliveryId],
  );
  const [row] = rows;
  return (
    row && {
      deliveryId: row.delivery_id,
      customerId: row.customer_id ?? undefined,
      courierId: row.courier_id ?? undefined,
      chatNo: row.chat_no ?? undefined,
    }
  );
}

/** The caller has found the courier open, or names none. */
export async function saveCourier(
  tx: Transaction,
  deliveryId: string,
  courierId: string | undefined,
  chatNo: string,
): Promise<void> {
  await tx.query("save_room_courier", "update rooms set courier_id = $2, chat_no = $3 where delivery_id = $1", [
    deliveryId,
    courierId,
    chatNo,
  ]);
}

export async function saveEnd(tx: Transaction, deliveryId: string, endedAt: Date): Promise<void> {
  await tx.query("save_room_end", "update rooms set ended_at = $2 where delivery_id = $1", [deliveryId, endedAt]);
}

/** Who asks for a room. */
export interface Visitor {
  readonly memberId: string;
  /** Whether they see every room, as dispatchers do. */
  readonly seesAll: boolean;
}

/** A room that somebody may see, and what they are in it. */
export interface SeenRoom {
  readonly chatId: string;
  readonly chatNo: string;
  readonly part: Part;
}

/**
 * The room of a delivery, as the visitor may see it; undefined when there is none, or none any more. Nobody's part in it changes before
 * the transaction ends.
 */
export async function findSeenRoom(
  tx: Transaction,
  deliveryId: string,
  { memberId, seesAll }: Visitor,
): Promise<SeenRoom | undefined> {
  const { rows } = await tx.query<{ chat_id: string; chat_no: string; part: Part }>(
    "find_seen_room",
    `select c.chat_id, c.chat_no,
            case $2::uuid when r.customer_id then 'Customer' when r.courier_id then 'Courier' else 'Dispatcher' end as part
       from rooms r join chats c using (chat_no)
      where r.delivery_id = $1 and c.chat_id is not null and (c.expires_at is null or c.expires_at > now_ms(0))
        and ($3 or $2 in (r.customer_id, r.courier_id))
        for share of r`,
    [deliveryId, memberId, seesAll],
  );
  const [row] = rows;
  return row && { chatId: row.chat_id, chatNo: row.chat_no, part: row.part };
}

/** Forgets the rooms of deliveries that ended before a time; their chats are gone by then. Answers how many, a thousand at most. */
export async function deleteEndedRooms(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query(
    "delete_ended_rooms",
    `delete from rooms
      where delivery_id in (select delivery_id from rooms where ended_at < $1 limit 1000)`,
    [before],
  );
  return rowCount;
}
