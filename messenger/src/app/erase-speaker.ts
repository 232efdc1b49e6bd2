import type { Database, Queryable, Transaction } from "@animal-delivery/platform/db/database";
import { memberIdOf } from "../domain/speaker.ts";
import type { ChatStore } from "../store/chat-store.ts";
import { closePerson } from "../store/postgres/closed-people.ts";

/** Messages that one transaction erases, all of one chat. */
const BATCH_MESSAGES = 1_000;

/**
 * Erases somebody: their session, chats and memberships go, and what they wrote in chats of others loses text and author; its
 * place in the chat stays, so that sequences have no gap. Nothing of theirs is taken any more. May be repeated.
 */
export async function eraseSpeaker(
  db: Database,
  store: Pick<ChatStore, "deleteSession" | "sweep">,
  subject: string,
): Promise<void> {
  const memberId = memberIdOf(subject);
  await closePerson(db, memberId);
  await store.deleteSession(subject);
  for (;;) {
    const chatNo = await findChatWith(db, memberId);
    if (chatNo === undefined) break;
    await db.transaction((tx) => eraseMessages(tx, chatNo, memberId));
  }
  await eraseTraces(db, memberId);
  // Nobody finds their chats any more, but their content is there until it is swept.
  await store.sweep();
}

/** A chat in which there is something of theirs; undefined when there is none. */
async function findChatWith(db: Queryable, memberId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ chat_no: string }>(
    "find_chat_with_messages_of",
    "select chat_no from messages where author_id = $1 limit 1",
    [memberId],
  );
  return rows[0]?.chat_no;
}

/** Locks the chat as whoever writes to it does, and has those who follow it read anew what they hold of it. */
async function eraseMessages(tx: Transaction, chatNo: string, memberId: string): Promise<void> {
  await tx.query("tell_messages_erased", "update chats set access_version = access_version + 1 where chat_no = $1", [
    chatNo,
  ]);
  await tx.query(
    "erase_messages",
    `update messages
        set text = '', author_id = null, author_alias = ''
      where chat_no = $1
        and sequence in (select sequence from messages where chat_no = $1 and author_id = $2 limit ${BATCH_MESSAGES})`,
    [chatNo, memberId],
  );
}

/** What they were answered, the numbers they had, and their part in rooms. */
async function eraseTraces(db: Queryable, memberId: string): Promise<void> {
  await db.query("erase_answers", "delete from answers where author_id = $1", [memberId]);
  await db.query("erase_numbers", "delete from numbers where member_id = $1", [memberId]);
  await db.query("erase_rooms_of_customer", "update rooms set customer_id = null where customer_id = $1", [memberId]);
  await db.query("erase_rooms_of_courier", "update rooms set courier_id = null where courier_id = $1", [memberId]);
}
