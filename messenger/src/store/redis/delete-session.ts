import { USE_NOTED_MS } from "../../domain/limits.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import { deleteChat } from "./chats.ts";
import { type Hint, YOUNG_MS } from "./hints.ts";
import { keysOfChat, keysOfSession } from "./keys.ts";
import type { Parts } from "./parts.ts";
import type { Found } from "./places.ts";
import { unlessGone } from "./unless-gone.ts";

/** Chats that are left at a time. */
const BATCH = 200;

/** The same where as many sessions end at a time as a sweep looks at. */
const SWEEP_BATCH = 4;

type Leaving = Pick<Parts, "call" | "hints" | "chats">;

/**
 * Leaves each chat once: where they come in after that, they come in after the session. What is left undone when the process ends is
 * found by whoever asks again: the session itself goes last.
 */
export async function deleteSession(parts: Parts, key: string): Promise<void> {
  const { call, sessions } = parts;
  const memberId = memberIdOf(key);
  await leaveAll(parts, memberId, BATCH);
  await sessions.change(memberId, async (token) => call("deleteSession", keysOfSession(memberId), token));
}

/**
 * What there is of a session. One that nobody used for so long ends: nobody finds it from that moment, and where the process ends
 * before it has left its chats, the next sweep goes on.
 */
export async function endIfIdle(parts: Leaving, memberId: string, sessionIdleMs: number | undefined): Promise<Found> {
  // The last use may be an hour later than what is noted.
  const unusedMs = sessionIdleMs === undefined ? "" : sessionIdleMs + USE_NOTED_MS;
  const [until] = await parts.call("lookAtSession", keysOfSession(memberId), unusedMs);
  if (until === "gone") return until;
  if (until !== "ends") return { until: until === "" ? undefined : Number(until) };
  await leaveAll(parts, memberId, SWEEP_BATCH);
  await parts.call("burySession", keysOfSession(memberId));
  return "gone";
}

async function leaveAll(parts: Leaving, memberId: string, atOnce: number): Promise<void> {
  const { hints } = parts;
  // In this order: whoever is let in just now has the hint to the chat before that to the request is gone.
  const all = [...(await hints.all(memberId, "asked")), ...(await hints.all(memberId, "chats"))];
  const chats = [...Map.groupBy(all, ({ chatId }) => chatId)];
  for (let start = 0; start < chats.length; start += atOnce) {
    const batch = chats.slice(start, start + atOnce);
    await Promise.all(batch.map(async ([chatId, noted]) => leave(parts, memberId, chatId, noted)));
  }
}

async function leave(parts: Leaving, memberId: string, chatId: string, noted: readonly Hint[]): Promise<void> {
  const { call, hints } = parts;
  const [standing] = await call("leave", keysOfChat(chatId), memberId);
  if (standing === "creator") await unlessGone(deleteChat(parts, chatId, memberId));
  // A chat that is being made just now keeps the hint that goes before it.
  const ageMs = standing === "stranger" ? YOUNG_MS : 0;
  for (const { kind, at } of noted) await hints.drop(memberId, kind, chatId, at + 1, ageMs);
}
