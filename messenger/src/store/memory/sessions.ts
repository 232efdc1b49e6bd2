import { sessionsFull } from "../../domain/refusals.ts";
import { memberIdOf, type Session } from "../../domain/speaker.ts";
import type { Memory } from "./memory.ts";

/** Sessions that one sweep ends. */
const ENDED_MAX = 1_000;

/** A session, and when it was made or used last, in milliseconds since 1970. */
export interface KeptSession {
  readonly session: Session;
  readonly usedAt: number;
}

export function saveSession(memory: Memory, key: string, alias: string | undefined): Session {
  const { sessions, limits, now } = memory;
  const there = sessions.get(key);
  if (!there && sessions.size >= limits.sessionsMax) throw sessionsFull(limits.sessionsMax);
  const session = { alias, createdAt: there?.session.createdAt ?? new Date(now()) };
  sessions.set(key, { session, usedAt: there?.usedAt ?? now() });
  return session;
}

/** Whoever used theirs last is the last of them. */
export function touchSession({ sessions, now }: Memory, key: string): Session | undefined {
  const there = sessions.get(key);
  if (!there) return undefined;
  sessions.delete(key);
  sessions.set(key, { ...there, usedAt: now() });
  return there.session;
}

export function endIdleSessions(memory: Memory): void {
  const { sessions, limits, now } = memory;
  if (limits.sessionIdleMs === undefined) return;
  const until = now() - limits.sessionIdleMs;
  const first = sessions.entries().take(ENDED_MAX).toArray();
  for (const [key, { usedAt }] of first) {
    if (usedAt <= until) deleteSession(memory, key);
  }
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
