import type { ListPosition } from "../list-position.ts";
import { CHAT, LIVES } from "./chat-row.ts";

/** The time and the id that those of a list are below which has the newest first: of the position, or above all. */
export function below(after: ListPosition | undefined): [at: Date | "infinity", id: string] {
  return after ? [new Date(after.at), after.id] : ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
}

/** The living chats that the member `$2` made or was admitted to, below the time `$3` and the id `$4`, `$5` at the most. */
export const JOINED_CHATS = `select ${CHAT}, case when c.owner_id = $2 then 'creator' else 'member' end as standing, m.alias, m.joined_at as since
       from members m
       join chats c using (chat_no)
      where m.member_id = $2
        and m.joined_at > '-infinity'
        and (m.joined_at, m.chat_id) < ($3, $4)
        and c.chat_id is not null
        and ${LIVES}
      order by m.joined_at desc, m.chat_id desc
      limit $5`;
