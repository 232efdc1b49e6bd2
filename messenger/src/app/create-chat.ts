import { randomUUID } from "node:crypto";
import type { Chat, NewChat } from "../domain/chat.ts";
import { HISTORY_SIZE_DEFAULT } from "../domain/limits.ts";
import { historySizeTooLarge, keyReused } from "../domain/refusals.ts";
import type { Speaker } from "../domain/speaker.ts";
import { uuidOf } from "../domain/uuid-of.ts";
import type { ChatStore } from "../store/chat-store.ts";

export interface ChatWish extends Omit<NewChat, "chatId"> {
  /** Makes it the same chat when it comes again from the same speaker. */
  readonly idempotencyKey: string | undefined;
}

/** What is common to all chats of a messenger. */
export interface ChatRules {
  /** The largest history a chat may have, in messages. */
  readonly historySizeMax: number;
  /**
   * What ids follow from besides the speaker's key and the idempotency key, where others may know those: else they could tell the id
   * of a public chat, and come in by it.
   */
  readonly idSecret: () => Promise<string>;
}

/**
 * Makes a chat. A repetition with the same idempotency key finds the chat that the first one made, while there is one: its id
 * follows from the key. Its time to live is not compared, since its creator may have set another one since.
 *
 * @throws {DomainError} invalid HISTORY_SIZE_TOO_LARGE, exhausted CHATS_FULL, keyReused IDEMPOTENCY_KEY_REUSED.
 */
export async function createChat(
  store: Pick<ChatStore, "createChat">,
  speaker: Speaker,
  { idempotencyKey, ...wish }: ChatWish,
  { historySizeMax, idSecret }: ChatRules,
): Promise<Chat> {
  if (wish.historySize > historySizeMax) throw historySizeTooLarge(historySizeMax);
  const historySize = wish.historySize || Math.min(HISTORY_SIZE_DEFAULT, historySizeMax);
  const chatId =
    idempotencyKey === undefined ? randomUUID() : uuidOf(`chat:${await idSecret()}:${speaker.key}:${idempotencyKey}`);
  const chat = await store.createChat(speaker, { ...wish, historySize, chatId });
  const isAsWished =
    chat.title === wish.title &&
    chat.historySize === historySize &&
    chat.isPrivate === wish.isPrivate &&
    chat.isReadOnly === wish.isReadOnly;
  if (!isAsWished) throw keyReused();
  return chat;
}
