import { memberIdOf } from "../../domain/speaker.ts";
import { deleteChat } from "./chats.ts";
import { type Hint, YOUNG_MS } from "./hints.ts";
import { keysOfChat, keysOfSession } from "./keys.ts";
import type { Parts } from "./parts.ts";
import { unlessGone } from "./unless-gone.ts";

/** Chats that are left at a time. */
const BATCH = 200;

/**
 * Leaves each chat once: where they come in after that, they come in after the session. What is left undone when the process ends is
 * found by whoever asks again: the session itself goes last.
 */
export async function deleteSession(parts: Parts, key: string): Promise<void> {
  const { call, hints, sessions } = parts;
  const memberId = memberIdOf(key);
  // In this order: whoever is let in just now has the hint to the chat before that to the request is gone.
  const all = [...(await hints.all(memberId, "asked")), ...(await hints.all(memberId, "chats"))];
  const chats = [...Map.groupBy(all, ({ chatId }) => chatId)];
  for (let start = 0; start < chats.length; start += BATCH) {
    const batch = chats.slice(start, start + BATCH);
    await Promise.all(batch.map(async ([chatId, noted]) => leave(parts, memberId, chatId, noted)));
  }
  await sessions.change(memberId, async (token) => call("deleteSession", keysOfSession(memberId), token));
}

async function leave(parts: Parts, memberId: string, chatId: string, noted: readonly Hint[]): Promise<void> {
  const { call, hints } = parts;
  const [standing] = await call("leave", keysOfChat(chatId), memberId);
  if (standing === "creator") await unlessGone(deleteChat(parts, chatId, memberId));
  // A chat that is being made just now keeps the hint that goes before it.
  const ageMs = standing === "stranger" ? YOUNG_MS : 0;
  for (const { kind, at } of noted) await hints.drop(memberId, kind, chatId, at + 1, ageMs);
}
