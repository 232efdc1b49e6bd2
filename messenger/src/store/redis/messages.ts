import { createHash } from "node:crypto";
import type { Draft, Message } from "../../domain/message.ts";
import { memberIdOf, type Speaker } from "../../domain/speaker.ts";
import type { Tail } from "../chat-store.ts";
import { optional } from "./call.ts";
import { keysOfChat } from "./keys.ts";
import type { Parts } from "./parts.ts";
import { dateOf, messageOf, nameOf, type Row, tailOf } from "./rows.ts";

export async function appendMessage(
  { call }: Parts,
  chatId: string,
  { memberId, alias }: Speaker,
  { text, idempotencyKey }: Draft,
): Promise<Message> {
  const isKeyed = idempotencyKey !== undefined;
  const [sequence, name, sentAt] = await call(
    "appendMessage",
    keysOfChat(chatId),
    memberId,
    text,
    isKeyed ? `${memberId} ${idempotencyKey}` : "",
    // A thousand texts of an answered key each would be much to keep.
    isKeyed ? createHash("sha256").update(text).digest("base64") : "",
    ...optional(alias),
  );
  return { sequence: Number(sequence), text, author: { memberId, alias: nameOf(name) }, sentAt: dateOf(sentAt) };
}

export async function listMessages(
  { call }: Parts,
  chatId: string,
  key: string,
  before: number | undefined,
  limit: number,
): Promise<readonly Message[]> {
  // Nothing is before the first, and Redis knows no id before 0-0.
  const from = before === undefined ? "" : Math.max(before, 1);
  const rows = await call("listMessages", keysOfChat(chatId), memberIdOf(key), from, limit);
  return (rows as readonly Row[]).map(messageOf);
}

export async function readTail({ call }: Parts, chatId: string, after: number, limit: number): Promise<Tail> {
  return tailOf(await call("readTail", keysOfChat(chatId), "", after, limit));
}
