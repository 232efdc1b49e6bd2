import type { Transaction } from "@animal-delivery/platform/db/database";
import { memberIdOf } from "../../domain/speaker.ts";
import { LIVES } from "./chat-row.ts";
import { endChats } from "./end-chats.ts";
import { lockPlaces, takePlaces } from "./places.ts";
import type { Tables } from "./tables.ts";

export async function deleteSession(tables: Tables, key: string): Promise<void> {
  const memberId = memberIdOf(key);
  await endSession(tables, memberId, async (tx) => {
    await takePlaces(tx, "sessions", -(await deleteSessionRow(tx, memberId)));
    return true;
  });
}

/**
 * Ends a session that nobody used for so long; one that was used meanwhile stays as it is.
 *
 * @param unusedMs how long ago it was used last, at the least.
 */
export async function endIdleSession(tables: Tables, memberId: string, unusedMs: number): Promise<void> {
  await endSession(tables, memberId, async (tx) => {
    const ended = await deleteIdleSessionRow(tx, tables.shiftMs(), memberId, unusedMs);
    await takePlaces(tx, "sessions", -ended);
    return ended > 0;
  });
}

/** @param endRow ends the session itself and frees its place; nothing else ends when it says no. */
async function endSession(
  { db, shiftMs, changed }: Tables,
  memberId: string,
  endRow: (tx: Transaction) => Promise<boolean>,
): Promise<void> {
  const chatIds = await db.transaction(async (tx) => {
    await lockPlaces(tx, "sessions");
    await lockPlaces(tx, "chats");
    if (!(await endRow(tx))) return [];
    const chats = await lockChatsOf(tx, shiftMs(), memberId);
    const own = chats.filter((chat) => chat.is_creator);
    await endChats(tx, own);
    const left = await leaveChats(tx, memberId, chats);
    return [...own.map((chat) => chat.chat_id), ...left];
  });
  for (const chatId of chatIds) changed(chatId);
}

interface ChatOf {
  chat_no: string;
  chat_id: string;
  is_creator: boolean;
}

async function deleteSessionRow(tx: Transaction, memberId: string): Promise<number> {
  const { rowCount } = await tx.query("delete_session", "delete from sessions where member_id = $1", [memberId]);
  return rowCount;
}

async function deleteIdleSessionRow(
  tx: Transaction,
  shiftMs: number,
  memberId: string,
  unusedMs: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    "delete_idle_session",
    "delete from sessions where member_id = $2 and used_at <= now_ms($1) - $3::bigint * interval '1 ms'",
    [shiftMs, memberId, unusedMs],
  );
  return rowCount;
}

/** The living chats that somebody made, is in, or asks to come into. Locked in one order, so that two never wait for each other. */
async function lockChatsOf(tx: Transaction, shiftMs: number, memberId: string): Promise<ChatOf[]> {
  const { rows } = await tx.query<ChatOf>(
    "lock_chats_of",
    // By number: Postgres loses a row of a union that changed while it waited for its lock.
    `select c.chat_no, c.chat_id, c.owner_id = $2 as is_creator
       from chats c
      where c.chat_no = any ($3::bigint[]) and c.chat_id is not null and ${LIVES}
      order by c.chat_no
        for no key update`,
    [shiftMs, memberId, await listChatNos(tx, memberId)],
  );
  return rows;
}

async function listChatNos(tx: Transaction, memberId: string): Promise<string[]> {
  const { rows } = await tx.query<{ chat_no: string }>(
    "list_chats_of",
    `select chat_no from members where member_id = $1 and joined_at > '-infinity'
      union
     select chat_no from join_requests where member_id = $1 and asked_at > '-infinity'`,
    [memberId],
  );
  return rows.map((row) => row.chat_no);
}

/** Takes somebody out of chats and from before their doors; answers the ids of those that they were in. */
async function leaveChats(tx: Transaction, memberId: string, chats: readonly ChatOf[]): Promise<string[]> {
  const { rows } = await tx.query<{ chat_id: string }>(
    "leave_chats",
    `with asked as (
       delete from join_requests where member_id = $1 and chat_no = any ($2::bigint[])
     ), gone as (
       delete from members where member_id = $1 and chat_no = any ($2::bigint[]) returning chat_no
     )
     update chats c
        set access_version = access_version + 1
       from gone
      where c.chat_no = gone.chat_no
     returning c.chat_id`,
    [memberId, chats.filter((chat) => !chat.is_creator).map((chat) => chat.chat_no)],
  );
  return rows.map((row) => row.chat_id);
}
