import type { Transaction } from "@animal-delivery/platform/db/database";
import { lockPlaces, takePlaces } from "./places.ts";
import type { Tables } from "./tables.ts";

/** Chats that expire in one step. */
export const EXPIRED_MAX = 1_000;

/**
 * Ends chats: with the commit nobody finds them or anything of theirs, and their places are free. Their content goes with
 * the sweep, since a large chat's takes longer than a statement may. The caller has locked the places, then the chats.
 */
export async function endChats(tx: Transaction, chats: readonly { readonly chat_no: string }[]): Promise<void> {
  if (chats.length === 0) return;
  const numbers = chats.map((chat) => chat.chat_no);
  await tx.query("end_chats", "update chats set chat_id = null where chat_no = any ($1::bigint[])", [numbers]);
  await takePlaces(tx, "chats", -chats.length);
}

/** Ends chats whose time is over, and remembers that they were; their ids. The caller has locked the places. */
export async function expireChats(tx: Transaction, shiftMs: number): Promise<string[]> {
  const { rows } = await tx.query<{ chat_no: string; chat_id: string; expires_at: Date }>(
    "lock_expired_chats",
    `select chat_no, chat_id, expires_at
       from chats
      where chat_id is not null and expires_at <= (select now_ms($1))
      order by expires_at
      limit ${EXPIRED_MAX}
        for no key update`,
    [shiftMs],
  );
  if (rows.length === 0) return [];
  await endChats(tx, rows);
  const chatIds = rows.map((row) => row.chat_id);
  await tx.query(
    "insert_expired_chats",
    `insert into expired_chats (chat_id, expired_at)
     select * from unnest($1::uuid[], $2::timestamptz[])
         on conflict (chat_id) do update set expired_at = excluded.expired_at`,
    [chatIds, rows.map((row) => row.expires_at)],
  );
  return chatIds;
}

/** The same as a step of its own. */
export async function expireSome({ db, shiftMs, changed }: Tables): Promise<number> {
  const chatIds = await db.transaction(async (tx) => {
    await lockPlaces(tx, "chats");
    return expireChats(tx, shiftMs());
  });
  for (const chatId of chatIds) changed(chatId);
  return chatIds.length;
}
