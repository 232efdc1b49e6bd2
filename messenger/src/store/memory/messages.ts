import type { Draft, Message } from "../../domain/message.ts";
import { memoryFull } from "../../domain/refusals.ts";
import { assertMayRead, assertMayWrite } from "../../domain/rules.ts";
import type { Speaker } from "../../domain/speaker.ts";
import type { Tail } from "../chat-store.ts";
import { messageOf } from "./kept-message.ts";
import type { Memory } from "./memory.ts";

export function appendMessage(memory: Memory, chatId: string, speaker: Speaker, draft: Draft): Message {
  const chat = memory.get(chatId);
  assertMayWrite(chat.seenBy(speaker.key));
  const { text, idempotencyKey } = draft;
  const { memberId } = speaker;
  const now = memory.now();
  const first = idempotencyKey === undefined ? undefined : chat.keys.find(memberId, idempotencyKey, text, now);
  if (first) return messageOf(first);
  if (!memory.hasRoomFor(chat.growthBy(speaker, draft))) throw memoryFull();
  const message = memory.weigh(chat, () => {
    const appended = chat.history.append(text, { memberId, alias: chat.nameOf(speaker) }, now);
    if (idempotencyKey !== undefined) chat.keys.keep(idempotencyKey, appended);
    return appended;
  });
  memory.watchers.tell(chatId);
  return messageOf(message);
}

export function listMessages(
  memory: Memory,
  chatId: string,
  key: string,
  before: number | undefined,
  limit: number,
): Message[] {
  const chat = memory.get(chatId);
  assertMayRead(chat.seenBy(key));
  const last = Math.min(chat.history.last, (before ?? Infinity) - 1);
  return chat.history
    .between(last - limit + 1, last)
    .reverse()
    .map(messageOf);
}

export function readTail(memory: Memory, chatId: string, after: number, limit: number): Tail {
  const { history, accessVersion, expiresAt } = memory.get(chatId);
  const from = Math.max(after + 1, history.first);
  return {
    messages: history.between(from, from + limit - 1).map(messageOf),
    firstSequence: history.first,
    lastSequence: history.last,
    accessVersion,
    expiresInMs: expiresAt === undefined ? undefined : expiresAt - memory.now(),
  };
}
