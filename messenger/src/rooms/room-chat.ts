import { randomUUID } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { speakerOf } from "../domain/speaker.ts";
import { insertChat } from "../store/postgres/create-chat.ts";
import { deleteMember } from "../store/postgres/participant-rows.ts";
import { lockPlaces, takePlaces } from "../store/postgres/places.ts";

/** Who makes the rooms: nobody can sign in as it. */
const PLATFORM = speakerOf("service:delivery", "animal-delivery");

/** What somebody is called in a room who has no alias. */
export type Part = "Customer" | "Courier" | "Dispatcher";

/** Makes the chat of a room; it takes room among the chats, and is made also when that is full: a delivery does not wait. */
export async function insertRoomChat(tx: Transaction, title: string, historySize: number): Promise<string> {
  await lockPlaces(tx, "chats");
  await takePlaces(tx, "chats", 1);
  const wish = { chatId: randomUUID(), title, historySize, isPrivate: true, isReadOnly: false, ttlMs: undefined };
  const { chat_no: chatNo } = await insertChat(tx, 0, PLATFORM, wish);
  await tx.query("name_members_by_part", "update chats set names_members = true where chat_no = $1", [chatNo]);
  return chatNo;
}

/** Lets somebody in, once. The caller has found them open. */
export async function insertRoomMember(tx: Transaction, chatNo: string, memberId: string, part: Part): Promise<void> {
  await tx.query(
    "insert_room_member",
    `insert into members (chat_no, member_id, chat_id, alias, joined_at)
     select chat_no, $2, chat_id, coalesce((select alias from sessions where member_id = $2), $3), now_ms(0)
       from chats
      where chat_no = $1 and chat_id is not null
         on conflict (chat_no, member_id) do nothing`,
    [chatNo, memberId, part],
  );
}

/** Puts somebody out, and those who follow the chat are looked at again. The chat first, as everybody locks it. */
export async function deleteRoomMember(tx: Transaction, chatNo: string, memberId: string): Promise<void> {
  await tx.query("lock_room_chat", "select from chats where chat_no = $1 for no key update", [chatNo]);
  await deleteMember(tx, { chat_no: chatNo }, memberId);
}

/** The platform tells what happened; drops what the history has no room for. */
export async function appendSystemMessage(tx: Transaction, chatNo: string, text: string): Promise<void> {
  await tx.query(
    "append_system_message",
    `with chat as (
       update chats
          set last_sequence = last_sequence + 1, last_sent_at = greatest(now_ms(0), last_sent_at)
        where chat_no = $1
       returning chat_no, last_sequence, last_sent_at, history_size
     ), dropped as (
       delete from messages m using chat c where m.chat_no = c.chat_no and m.sequence = c.last_sequence - c.history_size
     )
     insert into messages (chat_no, sequence, text, author_id, author_alias, sent_at)
     select chat_no, last_sequence, $2, null, '', last_sent_at from chat`,
    [chatNo, text],
  );
}

/** From now on the chat is read and not written, and it lives until then and no longer. */
export async function endRoomChat(tx: Transaction, chatNo: string, expiresAt: Date): Promise<void> {
  await tx.query("end_room_chat", "update chats set is_read_only = true, expires_at = $2 where chat_no = $1", [
    chatNo,
    expiresAt,
  ]);
}
