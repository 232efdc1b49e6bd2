import { randomUUID } from "node:crypto";
import type { NewChat } from "../../domain/chat.ts";
import type { Message } from "../../domain/message.ts";
import { keyOfSession, type Speaker, speakerOf } from "../../domain/speaker.ts";
import type { CallerStore } from "./under-test.ts";

/** A chat that a case made. */
export interface GivenChat {
  readonly chatId: string;
  readonly creator: Speaker;
  /** What it was made of: its creator makes it again by the same. Behind HTTP the id asked for is not the one it got. */
  readonly asked: NewChat;
}

/** Somebody whom no other case knows. */
export function named(alias = "Anna"): Speaker {
  return speakerOf(keyOfSession(randomUUID()), alias);
}

/** The same without an alias. */
export function anonymous(): Speaker {
  return speakerOf(keyOfSession(randomUUID()), undefined);
}

export function someChat(more: Partial<NewChat> = {}): NewChat {
  return {
    chatId: randomUUID(),
    title: "Ferrets of Riga",
    historySize: 100,
    isReadOnly: false,
    isPrivate: false,
    ttlMs: undefined,
    ...more,
  };
}

/** Public, of Anna's, and without an end, unless said otherwise. */
export async function givenChat(
  store: CallerStore,
  more: Partial<NewChat> = {},
  creator: Speaker = named(),
): Promise<GivenChat> {
  const asked = someChat(more);
  const { chatId } = await store.createChat(creator, asked);
  return { chatId, creator, asked };
}

export async function givenPrivateChat(store: CallerStore, more: Partial<NewChat> = {}): Promise<GivenChat> {
  return givenChat(store, { isPrivate: true, ...more });
}

/** Somebody before the door of a private chat. */
export async function givenAsker(store: CallerStore, { chatId }: GivenChat, asker = named("Boris")): Promise<Speaker> {
  await store.requestToJoin(chatId, asker);
  return asker;
}

/** Somebody whom the creator of a private chat let in. */
export async function givenMember(store: CallerStore, chat: GivenChat, member = named("Boris")): Promise<Speaker> {
  await givenAsker(store, chat, member);
  await store.decideJoinRequest(chat.chatId, chat.creator.key, member.memberId, "admit");
  return member;
}

export async function say(
  store: CallerStore,
  chatId: string,
  speaker: Speaker,
  text = "The ferret is on its way.",
  idempotencyKey?: string,
): Promise<Message> {
  return store.appendMessage(chatId, speaker, { text, idempotencyKey });
}

/** What a chat keeps, the oldest first. */
export async function textsOf(store: CallerStore, chatId: string): Promise<string[]> {
  const { messages } = await store.readTail(chatId, 0, 10_000);
  return messages.map(({ text }) => text);
}

/** Milliseconds since 1970 by the clock of the store. */
export async function timeOf(store: CallerStore): Promise<number> {
  const { createdAt } = await store.saveSession(keyOfSession(randomUUID()), undefined);
  return createdAt.getTime();
}
