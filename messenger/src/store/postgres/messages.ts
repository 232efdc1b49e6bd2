import type { Message } from "../../domain/message.ts";
import { assertMayRead } from "../../domain/rules.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import { DOOR, doorOf, LIVES, refuseGone, type DoorRow } from "./chat-row.ts";
import { messageOf, type MessageRow } from "./message-row.ts";
import type { Tables } from "./tables.ts";

export async function listMessages(
  tables: Tables,
  chatId: string,
  key: string,
  before: number | undefined,
  limit: number,
): Promise<readonly Message[]> {
  const { db, shiftMs } = tables;
  const { rows } = await db.query<DoorRow & (MessageRow | { sequence: null })>(
    "list_messages",
    `with chat as materialized (
       select c.chat_no, ${DOOR}
         from chats c
        where c.chat_id = $2 and ${LIVES}
     )
     select chat.*, s.sequence, s.text, s.author_id, s.author_alias, s.sent_at
       from chat
       left join lateral (
              select *
                from messages s
               where s.chat_no = chat.chat_no and s.sequence < $4
               order by s.sequence desc
               limit $5) s on true
      order by s.sequence desc`,
    [shiftMs(), chatId, memberIdOf(key), before ?? Number.MAX_SAFE_INTEGER, limit],
  );
  const [first] = rows;
  if (!first) {
    await refuseGone(db, shiftMs(), chatId);
    return listMessages(tables, chatId, key, before, limit);
  }
  assertMayRead(doorOf(first));
  return rows.flatMap((row) => (row.sequence === null ? [] : [messageOf(row)]));
}
