import type { Chat, JoinedChat, NewChat } from "../../domain/chat.ts";
import { chatsFull } from "../../domain/refusals.ts";
import { assertIsCreator } from "../../domain/rules.ts";
import { memberIdOf, type Speaker } from "../../domain/speaker.ts";
import type { ListPosition } from "../list-position.ts";
import { pageBackwards } from "./lists.ts";
import type { Memory } from "./memory.ts";
import { StoredChat } from "./stored-chat.ts";

export function createChat(memory: Memory, speaker: Speaker, made: NewChat): Chat {
  const there = memory.find(made.chatId);
  if (there?.owner.key === speaker.key) return there.seenBy(speaker.key);
  if (there) throw new Error("a chat of somebody else's has this id");
  if (!memory.hasRoom()) throw chatsFull(memory.limits.chatsMax);
  const chat = new StoredChat(speaker, made, memory.now());
  memory.add(chat);
  return chat.seenBy(speaker.key);
}

export function listChats(memory: Memory, key: string, after: ListPosition | undefined, limit: number): JoinedChat[] {
  const memberId = memberIdOf(key);
  const chats = memory.joined.of(key).flatMap((chatId) => {
    const chat = memory.find(chatId);
    const member = chat?.members.get(memberId);
    return chat && member ? [{ chat, joinedAt: member.since }] : [];
  });
  const page = pageBackwards(chats, ({ chat, joinedAt }) => ({ at: joinedAt, id: chat.made.chatId }), after, limit);
  return page.map(({ chat, joinedAt }) => ({ ...chat.seenBy(key), joinedAt: new Date(joinedAt) }));
}

export function deleteChat(memory: Memory, chatId: string, key: string): void {
  const chat = memory.get(chatId);
  assertIsCreator(chat.seenBy(key));
  memory.drop(chat);
}

export function setTtl(memory: Memory, chatId: string, key: string, ttlMs: number | undefined): Chat {
  const chat = memory.get(chatId);
  assertIsCreator(chat.seenBy(key));
  memory.setEnd(chat, ttlMs === undefined ? undefined : memory.now() + ttlMs);
  return chat.seenBy(key);
}
