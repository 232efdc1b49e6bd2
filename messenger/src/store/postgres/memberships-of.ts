import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Chat } from "../../domain/chat.ts";
import type { ListPosition } from "../list-position.ts";
import { CHAT, chatOf, LIVES, type ChatRow } from "./chat-row.ts";
import { below, JOINED_CHATS } from "./newest-first.ts";

/** Somebody's part in a chat, or before its door. */
export interface Membership {
  readonly chat: Chat;
  /** What they are called there. */
  readonly alias: string;
  /** When they came in, or asked first. */
  readonly since: Date;
}

/**
 * The living chats that somebody made, is in or asks to come into, the one they came to last first; equal times by id, the greatest
 * first.
 */
export async function listMembershipsOf(
  db: Queryable,
  memberId: string,
  after: ListPosition | undefined,
  limit: number,
): Promise<Membership[]> {
  const { rows } = await db.query<ChatRow & { alias: string; since: Date }>(
    "list_memberships_of",
    `select *
       from ((${JOINED_CHATS})
              union all
             (select ${CHAT}, 'asker' as standing, j.alias, j.asked_at as since
                from join_requests j
                join chats c using (chat_no)
               where j.member_id = $2
                 and j.asked_at > '-infinity'
                 and j.asked_at <= $3
                 and (j.asked_at, c.chat_id) < ($3, $4)
                 and c.chat_id is not null
                 and ${LIVES}
               order by j.asked_at desc, c.chat_id desc
               limit $5)) memberships
      order by since desc, chat_id desc
      limit $5`,
    [0, memberId, ...below(after), limit],
  );
  return rows.map((row) => ({ chat: chatOf(row), alias: row.alias, since: row.since }));
}
