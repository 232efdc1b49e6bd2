import { REMEMBERED_MS, type StoreLimits } from "../../domain/limits.ts";
import { chatExpired, chatNotFound } from "../../domain/refusals.ts";
import { createWatchers } from "../watchers.ts";
import { ChatsByKey } from "./chats-by-key.ts";
import type { KeptSession } from "./sessions.ts";
import type { Known, StoredChat } from "./stored-chat.ts";

export interface MemoryLimits extends StoreLimits {
  /** What messages may take in the heap, in bytes; undefined for as much as there is. */
  readonly messageBytesMax?: number | undefined;
}

/** Expired chats that are remembered, for each that there may be at one time. */
const REMEMBERED_PER_CHAT = 10;

/**
 * Everything that the store holds. A chat and what is known of its people change together, and nowhere but here. A chat whose time
 * is over is dropped when it is come across; a sweep finds those that nobody comes across.
 */
export class Memory {
  readonly limits: MemoryLimits;
  readonly now: () => number;
  /** By key, the one that was used longest ago first. */
  readonly sessions = new Map<string, KeptSession>();
  readonly watchers = createWatchers();
  /** The chats whose member, or asker, the holder of a key is. */
  readonly joined = new ChatsByKey();
  readonly asked = new ChatsByKey();
  readonly #chats = new Map<string, StoredChat>();
  /** When each chat expired that is gone. */
  readonly #expired = new Map<string, number>();
  /** What the messages of all chats take, and what is remembered of them. */
  #bytes = 0;
  /** No chat expires before. */
  #nextEnd = Infinity;

  constructor(limits: MemoryLimits, now: () => number) {
    this.limits = limits;
    this.now = now;
  }

  /** Undefined for a chat that there is not, or not any more. */
  find(chatId: string): StoredChat | undefined {
    const chat = this.#chats.get(chatId);
    if (!chat || !this.#isOver(chat)) return chat;
    this.#expire(chat);
    return undefined;
  }

  /** @throws {DomainError} notFound CHAT_NOT_FOUND, CHAT_EXPIRED */
  get(chatId: string): StoredChat {
    const chat = this.find(chatId);
    if (chat) return chat;
    const expiredAt = this.#expired.get(chatId) ?? -Infinity;
    throw this.now() < expiredAt + REMEMBERED_MS ? chatExpired() : chatNotFound();
  }

  hasRoom(): boolean {
    if (this.#chats.size >= this.limits.chatsMax) this.#sweepChats();
    return this.#chats.size < this.limits.chatsMax;
  }

  /** Whether messages may take so many bytes more. */
  hasRoomFor(growth: number): boolean {
    const { messageBytesMax = Infinity } = this.limits;
    if (this.#bytes + growth > messageBytesMax) this.#sweepChats();
    return this.#bytes + growth <= messageBytesMax;
  }

  /** Does what makes the messages of a chat take more, or less. */
  weigh<T>(chat: StoredChat, change: () => T): T {
    const before = chat.bytes;
    const done = change();
    // One whose time came to its end just now has given back what it took.
    if (this.#chats.get(chat.made.chatId) === chat) this.#bytes += chat.bytes - before;
    return done;
  }

  add(chat: StoredChat): void {
    const { chatId } = chat.made;
    this.#chats.set(chatId, chat);
    this.#bytes += chat.bytes;
    this.#expired.delete(chatId);
    this.#expectEnd(chat);
    this.join(chat, chat.owner.memberId, { key: chat.owner.key, alias: chat.ownerAlias, since: chat.createdAt });
  }

  drop(chat: StoredChat): void {
    const { chatId } = chat.made;
    if (this.#chats.delete(chatId)) this.#bytes -= chat.bytes;
    for (const { key } of chat.members.values()) this.joined.delete(key, chatId);
    for (const { key } of chat.askers.values()) this.asked.delete(key, chatId);
    this.watchers.tell(chatId);
  }

  setEnd(chat: StoredChat, expiresAt: number | undefined): void {
    chat.expiresAt = expiresAt;
    this.#expectEnd(chat);
    this.watchers.tell(chat.made.chatId);
  }

  ask(chat: StoredChat, memberId: string, asker: Known): void {
    chat.askers.set(memberId, asker);
    this.asked.add(asker.key, chat.made.chatId);
  }

  /** Takes somebody from before the door. */
  takeAway(chat: StoredChat, memberId: string, { key }: Known): void {
    chat.askers.delete(memberId);
    this.asked.delete(key, chat.made.chatId);
  }

  join(chat: StoredChat, memberId: string, member: Known): void {
    chat.members.set(memberId, member);
    this.joined.add(member.key, chat.made.chatId);
  }

  putOut(chat: StoredChat, memberId: string, { key }: Known): void {
    chat.members.delete(memberId);
    this.joined.delete(key, chat.made.chatId);
    chat.accessVersion += 1;
    this.watchers.tell(chat.made.chatId);
  }

  sweep(): void {
    this.#sweepChats();
    const now = this.now();
    for (const chat of this.#chats.values()) this.weigh(chat, () => chat.keys.sweep(now));
    for (const [chatId, expiredAt] of this.#expired) if (expiredAt + REMEMBERED_MS <= now) this.#expired.delete(chatId);
  }

  #sweepChats(): void {
    if (this.now() < this.#nextEnd) return;
    this.#nextEnd = Infinity;
    for (const chat of this.#chats.values()) {
      if (this.#isOver(chat)) this.#expire(chat);
      else this.#expectEnd(chat);
    }
  }

  #expectEnd({ expiresAt = Infinity }: StoredChat): void {
    this.#nextEnd = Math.min(this.#nextEnd, expiresAt);
  }

  #isOver({ expiresAt = Infinity }: StoredChat): boolean {
    return expiresAt <= this.now();
  }

  #expire(chat: StoredChat): void {
    if (chat.expiresAt !== undefined) this.#remember(chat.made.chatId, chat.expiresAt);
    this.drop(chat);
  }

  /** That it expired; of too many the first to have come is forgotten early. */
  #remember(chatId: string, expiredAt: number): void {
    this.#expired.set(chatId, expiredAt);
    const [first] = this.#expired.keys();
    if (this.#expired.size > REMEMBERED_PER_CHAT * this.limits.chatsMax && first !== undefined)
      this.#expired.delete(first);
  }
}
