import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Message } from "../../domain/message.ts";
import { LIVES } from "./chat-row.ts";
import { messageOf, type MessageRow } from "./message-row.ts";
import { below } from "./newest-first.ts";

/** A message beside others of its author's. */
export interface AuthoredMessage extends Message {
  readonly chatId: string;
}

/** Where a list of them goes on: after the message with this time, in this chat, at this place. */
export interface AuthoredPosition {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly chatId: string;
  /** In digits. */
  readonly sequence: string;
}

/**
 * The messages that somebody wrote, in whatever living chats, the newest first; equal times by chat and sequence, the greatest
 * first. Nobody else is asked who may read those chats: what they wrote is theirs.
 */
export async function listMessagesOf(
  db: Queryable,
  memberId: string,
  after: AuthoredPosition | undefined,
  limit: number,
): Promise<AuthoredMessage[]> {
  const { rows } = await db.query<MessageRow & { chat_id: string }>(
    "list_messages_of",
    `select c.chat_id, s.sequence, s.text, s.author_id, s.author_alias, s.sent_at
       from messages s
       join chats c using (chat_no)
      where s.author_id = $2
        and s.sent_at <= $3
        and (s.sent_at, c.chat_id, s.sequence) < ($3, $4, $5)
        and c.chat_id is not null
        and ${LIVES}
      order by s.sent_at desc, c.chat_id desc, s.sequence desc
      limit $6`,
    [
      0,
      memberId,
      ...below(after && { at: after.at, id: after.chatId }),
      after?.sequence ?? Number.MAX_SAFE_INTEGER,
      limit,
    ],
  );
  return rows.map((row) => ({ ...messageOf(row), chatId: row.chat_id }));
}
