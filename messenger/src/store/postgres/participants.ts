import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Door, Participant } from "../../domain/chat.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import type { ListPosition } from "../list-position.ts";
import { DOOR, doorOf, LIVES, refuseGone, type DoorRow } from "./chat-row.ts";

export interface ParticipantRow {
  member_id: string;
  alias: string;
  since: Date;
}

/** Which table, and its column of the time. */
const SINCE = { members: "joined_at", join_requests: "asked_at" } as const;

/** A page of a chat's members or join requests, whoever came first first, beside the door as the holder of the key sees it. */
export async function listParticipants(
  db: Queryable,
  table: keyof typeof SINCE,
  of: { readonly shiftMs: number; readonly chatId: string; readonly key: string },
  after: ListPosition | undefined,
  limit: number,
): Promise<{ door: Door; participants: Participant[] }> {
  const { shiftMs, chatId, key } = of;
  const since = SINCE[table];
  const { rows } = await db.query<DoorRow & (ParticipantRow | { member_id: null })>(
    `list_${table}`,
    `with chat as materialized (
       select c.chat_no, ${DOOR}
         from chats c
        where c.chat_id = $2 and ${LIVES}
     )
     select chat.*, p.member_id, p.alias, p.${since} as since
       from chat
       left join lateral (
              select *
                from ${table} p
               where p.chat_no = chat.chat_no and p.${since} > '-infinity' and (p.${since}, p.member_id) > ($4, $5)
               order by p.${since}, p.member_id
               limit $6) p on true
      order by p.${since}, p.member_id`,
    [
      shiftMs,
      chatId,
      memberIdOf(key),
      after ? new Date(after.at) : "-infinity",
      after?.id ?? "00000000-0000-0000-0000-000000000000",
      limit,
    ],
  );
  const [first] = rows;
  if (!first) {
    await refuseGone(db, shiftMs, chatId);
    return listParticipants(db, table, of, after, limit);
  }
  return {
    door: doorOf(first),
    participants: rows.flatMap((row) => (row.member_id === null ? [] : [participantOf(row)])),
  };
}

export function participantOf(row: ParticipantRow): Participant {
  return { memberId: row.member_id, alias: row.alias, since: row.since };
}
