import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Chat, Door, Standing } from "../../domain/chat.ts";
import { REMEMBERED_MS } from "../../domain/limits.ts";
import { chatExpired, chatNotFound } from "../../domain/refusals.ts";
import { memberIdOf } from "../../domain/speaker.ts";

/** Whether the chat `c`, which has an id, is not over by the database's clock and the shift `$1`. */
export const LIVES = "(c.expires_at is null or c.expires_at > now_ms($1))";

/** How whoever has the member id `$3` stands to the chat `c`. */
const STANDING = `case
       when c.owner_id = $3 then 'creator'
       when exists (select from members m where m.chat_no = c.chat_no and m.member_id = $3) then 'member'
       when exists (select from join_requests j where j.chat_no = c.chat_no and j.member_id = $3) then 'asker'
       else 'stranger'
     end as standing`;

/** The columns of `DoorRow`. */
export const DOOR = `c.is_read_only, c.is_private, ${STANDING}`;

/** The columns of `ChatRow` but for the standing. */
export const CHAT = `c.chat_no, c.chat_id, c.owner_id, c.owner_alias, c.title, c.history_size, c.is_read_only, c.is_private,
            c.created_at, c.expires_at, c.last_sequence`;

export interface DoorRow {
  is_read_only: boolean;
  is_private: boolean;
  standing: Standing;
}

export interface ChatRow extends DoorRow {
  chat_no: string;
  chat_id: string;
  owner_id: string;
  owner_alias: string;
  title: string;
  history_size: number;
  created_at: Date;
  expires_at: Date | null;
  last_sequence: string;
}

/** A chat as the holder of the key sees it. @throws {DomainError} notFound CHAT_NOT_FOUND or CHAT_EXPIRED */
export async function findChatRow(db: Queryable, shiftMs: number, chatId: string, key: string): Promise<ChatRow> {
  for (;;) {
    const row = await findLivingChat(db, shiftMs, chatId, key);
    if (row) return row;
    await refuseGone(db, shiftMs, chatId);
  }
}

/** The same; until the transaction ends nobody else changes the chat, its members or its requests. */
export async function lockChatRow(tx: Transaction, shiftMs: number, chatId: string, key: string): Promise<ChatRow> {
  for (;;) {
    const locked = await tx.query("lock_chat", "select from chats where chat_id = $1 for no key update", [chatId]);
    // A statement of its own: what it sees, the time included, is that after the wait for the lock.
    const row = locked.rowCount === 1 && (await findLivingChat(tx, shiftMs, chatId, key));
    if (row) return row;
    await refuseGone(tx, shiftMs, chatId);
  }
}

async function findLivingChat(
  db: Queryable,
  shiftMs: number,
  chatId: string,
  key: string,
): Promise<ChatRow | undefined> {
  const { rows } = await db.query<ChatRow>(
    "find_chat",
    `select ${CHAT}, ${STANDING}
       from chats c
      where c.chat_id = $2 and ${LIVES}`,
    [shiftMs, chatId, memberIdOf(key)],
  );
  return rows[0];
}

/**
 * To be called when no living chat was found. Resolves when there is one after all, which was made since: look again.
 *
 * @throws {DomainError} notFound CHAT_NOT_FOUND or CHAT_EXPIRED
 */
export async function refuseGone(db: Queryable, shiftMs: number, chatId: string): Promise<void> {
  const { rows } = await db.query<{ lives: boolean; is_remembered: boolean }>(
    "find_expired_chat",
    `select exists (select from chats c where c.chat_id = $2 and ${LIVES}) as lives,
            exists (
              select
                from (select expires_at as expired_at from chats where chat_id = $2
                      union all
                      select expired_at from expired_chats where chat_id = $2) e
               where expired_at > now_ms($1) - $3::bigint * interval '1 ms'
            ) as is_remembered`,
    [shiftMs, chatId, REMEMBERED_MS],
  );
  if (rows[0]?.lives) return;
  throw rows[0]?.is_remembered ? chatExpired() : chatNotFound();
}

export function doorOf(row: DoorRow): Door {
  return { isReadOnly: row.is_read_only, isPrivate: row.is_private, standing: row.standing };
}

export function chatOf(row: ChatRow): Chat {
  return {
    chatId: row.chat_id,
    title: row.title,
    historySize: row.history_size,
    ...doorOf(row),
    ownerAlias: row.owner_alias,
    lastSequence: Number(row.last_sequence),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
  };
}
