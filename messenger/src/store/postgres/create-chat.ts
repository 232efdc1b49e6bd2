import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Chat, NewChat } from "../../domain/chat.ts";
import { chatsFull } from "../../domain/refusals.ts";
import { anonymousName, type Speaker } from "../../domain/speaker.ts";
import { CHAT, chatOf, LIVES, type ChatRow } from "./chat-row.ts";
import { assertOpen } from "./closed-people.ts";
import { endChats, expireChats } from "./end-chats.ts";
import { lockPlaces, takePlaces } from "./places.ts";
import type { Tables } from "./tables.ts";

export async function createChat(
  { db, limits, shiftMs, changed }: Tables,
  speaker: Speaker,
  chat: NewChat,
): Promise<Chat> {
  const { row, expired } = await db.transaction(async (tx) => {
    await assertOpen(tx, speaker.memberId);
    let taken = await lockPlaces(tx, "chats");
    const twin = await findTwin(tx, shiftMs(), chat.chatId);
    if (twin?.lives && twin.owner_id === speaker.memberId) return { row: twin, expired: [] };
    if (twin?.lives) throw new Error("the id of a new chat is that of somebody else's");
    if (twin) {
      await endChats(tx, [twin]);
      taken -= 1;
    }
    const expired = taken < limits.chatsMax ? [] : await expireChats(tx, shiftMs());
    if (taken - expired.length >= limits.chatsMax) throw chatsFull(limits.chatsMax);
    await takePlaces(tx, "chats", 1);
    return { row: await insertChat(tx, shiftMs(), speaker, chat), expired };
  });
  for (const chatId of expired) changed(chatId);
  return chatOf({ ...row, standing: "creator" });
}

/** The chat that has this id already, whether it still lives or not. */
async function findTwin(
  tx: Transaction,
  shiftMs: number,
  chatId: string,
): Promise<(ChatRow & { lives: boolean }) | undefined> {
  const { rows } = await tx.query<ChatRow & { lives: boolean }>(
    "find_twin",
    `select ${CHAT}, ${LIVES} as lives
       from chats c
      where c.chat_id = $2
        for no key update`,
    [shiftMs, chatId],
  );
  return rows[0];
}

/** Makes the row of a chat, its creator in it. The caller has taken its place. */
export async function insertChat(tx: Transaction, shiftMs: number, speaker: Speaker, chat: NewChat): Promise<ChatRow> {
  const { memberId, alias } = speaker;
  const { rows } = await tx.query<ChatRow>(
    "insert_chat",
    `with made as (
       insert into chats (chat_id, owner_id, owner_alias, numbers_taken, title, history_size, is_read_only, is_private,
                          created_at, expires_at)
       select $2, $3, $4, $5, $6, $7, $8, $9, now_at, now_at + $10::bigint * interval '1 ms'
         from now_ms($1) as now_at
       returning *
     ), joined as (
       insert into members (chat_no, member_id, chat_id, alias, joined_at)
       select chat_no, owner_id, chat_id, owner_alias, created_at from made
     ), numbered as (
       insert into numbers (chat_no, number, member_id) select chat_no, 1, owner_id from made where numbers_taken = 1
     ), forgotten as (
       delete from expired_chats where chat_id = $2
     )
     select ${CHAT} from made c`,
    [
      shiftMs,
      chat.chatId,
      memberId,
      alias ?? anonymousName(1),
      alias === undefined ? 1 : 0,
      chat.title,
      chat.historySize,
      chat.isReadOnly,
      chat.isPrivate,
      chat.ttlMs,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error("an insert answered no row");
  return row;
}
