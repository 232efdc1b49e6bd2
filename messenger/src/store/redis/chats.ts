import type { Chat, NewChat } from "../../domain/chat.ts";
import { assertIsCreator } from "../../domain/rules.ts";
import { memberIdOf, type Speaker } from "../../domain/speaker.ts";
import { mendedLater } from "./away.ts";
import { optional } from "./call.ts";
import { keysOfChat } from "./keys.ts";
import type { Parts } from "./parts.ts";
import type { Act } from "./places.ts";
import { chatOf } from "./rows.ts";

type Changing = Pick<Parts, "call" | "chats">;

export async function createChat(
  { call, hints, chats }: Parts,
  { memberId, alias }: Speaker,
  { chatId, title, historySize, isReadOnly, isPrivate, ttlMs }: NewChat,
): Promise<Chat> {
  return chats.make(chatId, async (token) => {
    await hints.note(memberId, "chats", chatId);
    const row = await call(
      "createChat",
      keysOfChat(chatId),
      memberId,
      token,
      title,
      historySize,
      Number(isReadOnly),
      Number(isPrivate),
      wholeMs(ttlMs),
      ...optional(alias),
    );
    const chat = chatOf(chatId, row);
    await mendedLater(hints.put(memberId, { kind: "chats", chatId, at: chat.createdAt.getTime() }));
    return chat;
  });
}

export async function findChat({ call }: Parts, chatId: string, key: string): Promise<Chat> {
  return chatOf(chatId, await call("findChat", keysOfChat(chatId), memberIdOf(key)));
}

export async function deleteChat(parts: Changing, chatId: string, memberId: string): Promise<void> {
  await changeChat(parts, chatId, memberId, async (token) =>
    parts.call("deleteChat", keysOfChat(chatId), memberId, token),
  );
}

export async function setTtl(parts: Parts, chatId: string, key: string, ttlMs: number | undefined): Promise<Chat> {
  const memberId = memberIdOf(key);
  const row = await changeChat(parts, chatId, memberId, async (token) =>
    parts.call("setTtl", keysOfChat(chatId), memberId, token, wholeMs(ttlMs)),
  );
  return chatOf(chatId, row);
}

/** Whoever may not do it is refused before a place is held: they could take every turn from those who may. */
async function changeChat<T>({ call, chats }: Changing, chatId: string, memberId: string, act: Act<T>): Promise<T> {
  assertIsCreator(chatOf(chatId, await call("findChat", keysOfChat(chatId), memberId)));
  return chats.change(chatId, act);
}

/** A time to live as Redis takes it: whole milliseconds, and none that are over; "" for what lives on. */
function wholeMs(ttlMs: number | undefined): number | "" {
  return ttlMs === undefined ? "" : Math.max(1, Math.ceil(ttlMs));
}
