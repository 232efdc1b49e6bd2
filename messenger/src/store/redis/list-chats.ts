import type { JoinedChat } from "../../domain/chat.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import { comparePositions, type ListPosition } from "../list-position.ts";
import { type Hint, YOUNG_MS } from "./hints.ts";
import { keysOfChat } from "./keys.ts";
import type { Parts } from "./parts.ts";
import { joinedChatOf } from "./rows.ts";
import { unlessGone } from "./unless-gone.ts";

/** Follows the hints, and mends those that do not agree with the chats. */
export async function listChats(
  parts: Parts,
  key: string,
  after: ListPosition | undefined,
  limit: number,
): Promise<JoinedChat[]> {
  const memberId = memberIdOf(key);
  const listed: JoinedChat[] = [];
  for await (const hints of parts.hints.newestFirst(memberId, "chats", after?.at, limit)) {
    const chats = await Promise.all(hints.map(async (hint) => follow(parts, memberId, hint)));
    for (const chat of chats) if (chat && (!after || comparePositions(positionOf(chat), after) < 0)) listed.push(chat);
    if (listed.length >= limit) break;
  }
  return listed.toSorted((a, b) => comparePositions(positionOf(b), positionOf(a))).slice(0, limit);
}

/** Undefined when the hint leads nowhere. */
async function follow({ call, hints }: Parts, memberId: string, hint: Hint): Promise<JoinedChat | undefined> {
  const { chatId, at } = hint;
  const row = await unlessGone(call("findChat", keysOfChat(chatId), memberId));
  const chat = row && joinedChatOf(chatId, row);
  const joinedAt = chat?.joinedAt.getTime();
  if (joinedAt === undefined) await hints.drop(memberId, "chats", chatId, at + 1, YOUNG_MS);
  else if (joinedAt !== at) await hints.put(memberId, { ...hint, at: joinedAt });
  return chat;
}

function positionOf({ joinedAt, chatId }: JoinedChat): ListPosition {
  return { at: joinedAt.getTime(), id: chatId };
}
