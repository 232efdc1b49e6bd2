import type { Chat, JoinedChat } from "../../domain/chat.ts";
import { assertIsCreator } from "../../domain/rules.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import type { ListPosition } from "../list-position.ts";
import { chatOf, findChatRow, lockChatRow, type ChatRow } from "./chat-row.ts";
import { endChats } from "./end-chats.ts";
import { below, JOINED_CHATS } from "./newest-first.ts";
import { lockPlaces } from "./places.ts";
import type { Tables } from "./tables.ts";

export async function findChat({ db, shiftMs }: Tables, chatId: string, key: string): Promise<Chat> {
  return chatOf(await findChatRow(db, shiftMs(), chatId, key));
}

export async function listChats(
  { db, shiftMs }: Tables,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Promise<JoinedChat[]> {
  const { rows } = await db.query<ChatRow & { since: Date }>("list_chats", JOINED_CHATS, [
    shiftMs(),
    memberIdOf(key),
    ...below(after),
    limit,
  ]);
  return rows.map((row) => ({ ...chatOf(row), joinedAt: row.since }));
}

export async function deleteChat({ db, shiftMs, changed }: Tables, chatId: string, key: string): Promise<void> {
  await db.transaction(async (tx) => {
    await lockPlaces(tx, "chats");
    const row = await lockChatRow(tx, shiftMs(), chatId, key);
    assertIsCreator(chatOf(row));
    await endChats(tx, [row]);
  });
  changed(chatId);
}

export async function setTtl(
  { db, shiftMs, changed }: Tables,
  chatId: string,
  key: string,
  ttlMs: number | undefined,
): Promise<Chat> {
  const chat = await db.transaction(async (tx) => {
    const row = await lockChatRow(tx, shiftMs(), chatId, key);
    assertIsCreator(chatOf(row));
    const { rows } = await tx.query<{ expires_at: Date | null }>(
      "set_ttl",
      `update chats
          set expires_at = now_ms($1) + $3::bigint * interval '1 ms'
        where chat_no = $2
       returning expires_at`,
      [shiftMs(), row.chat_no, ttlMs],
    );
    return chatOf({ ...row, expires_at: rows[0]?.expires_at ?? null });
  });
  changed(chatId);
  return chat;
}
