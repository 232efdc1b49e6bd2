import type { Tail } from "../chat-store.ts";
import { LIVES, refuseGone } from "./chat-row.ts";
import { messageOf, type MessageRow } from "./message-row.ts";
import type { Tables } from "./tables.ts";

interface TailRow {
  first_sequence: string;
  last_sequence: string;
  access_version: string;
  expires_in_ms: number | null;
}

export async function readTail(tables: Tables, chatId: string, after: number, limit: number): Promise<Tail> {
  const { db, shiftMs } = tables;
  const { rows } = await db.query<TailRow & (MessageRow | { sequence: null })>(
    "read_tail",
    `select greatest(c.last_sequence - c.history_size, 0) + 1 as first_sequence, c.last_sequence, c.access_version,
            (extract(epoch from c.expires_at - now_ms($1)) * 1000)::float8 as expires_in_ms,
            s.sequence, s.text, s.author_id, s.author_alias, s.sent_at
       from chats c
       left join lateral (
              select *
                from messages s
               where s.chat_no = c.chat_no and s.sequence > greatest($3, c.last_sequence - c.history_size)
               order by s.sequence
               limit $4) s on true
      where c.chat_id = $2 and ${LIVES}
      order by s.sequence`,
    [shiftMs(), chatId, after, limit],
  );
  const [first] = rows;
  if (!first) {
    await refuseGone(db, shiftMs(), chatId);
    return readTail(tables, chatId, after, limit);
  }
  return {
    messages: rows.flatMap((row) => (row.sequence === null ? [] : [messageOf(row)])),
    firstSequence: Number(first.first_sequence),
    lastSequence: Number(first.last_sequence),
    accessVersion: Number(first.access_version),
    expiresInMs: first.expires_in_ms ?? undefined,
  };
}
