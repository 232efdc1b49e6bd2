import { sessionsFull } from "../../domain/refusals.ts";
import { memberIdOf, type Session } from "../../domain/speaker.ts";
import type { Memory } from "./memory.ts";

export function saveSession(memory: Memory, key: string, alias: string | undefined): Session {
  const { sessions, limits, now } = memory;
  const there = sessions.get(key);
  if (!there && sessions.size >= limits.sessionsMax) throw sessionsFull(limits.sessionsMax);
  const session = { alias, createdAt: there?.createdAt ?? new Date(now()) };
  sessions.set(key, session);
  return session;
}

export function deleteSession(memory: Memory, key: string): void {
  memory.sessions.delete(key);
  const memberId = memberIdOf(key);
  for (const chatId of memory.asked.of(key)) {
    const chat = memory.find(chatId);
    const asker = chat?.askers.get(memberId);
    if (chat && asker) memory.takeAway(chat, memberId, asker);
  }
  for (const chatId of memory.joined.of(key)) {
    const chat = memory.find(chatId);
    const member = chat?.members.get(memberId);
    if (chat?.owner.key === key) memory.drop(chat);
    else if (chat && member) memory.putOut(chat, memberId, member);
  }
}
