import type { Chat, NewChat, Participant, Standing } from "../../domain/chat.ts";
import type { Draft } from "../../domain/message.ts";
import { anonymousName, memberIdOf, type Speaker } from "../../domain/speaker.ts";
import { History } from "./history.ts";
import { RecentKeys } from "./recent-keys.ts";
import { NUMBER_BYTES } from "./size-of.ts";

/** Somebody in a chat, or before its door. */
export interface Known {
  readonly key: string;
  readonly alias: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** A chat as it is kept. Who is in it changes by `Memory` alone, which knows the chats of each. */
export class StoredChat {
  readonly made: NewChat;
  readonly owner: Speaker;
  readonly ownerAlias: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly history: History;
  readonly keys = new RecentKeys();
  /** By member id, the creator among them. */
  readonly members = new Map<string, Known>();
  /** By member id; none of them a member. */
  readonly askers = new Map<string, Known>();
  /** Milliseconds since 1970; undefined while it lives on. */
  expiresAt: number | undefined;
  /** Begins with the time, so that those who follow a former chat of this id are looked at again. */
  accessVersion: number;
  /** By member id; never taken back. */
  readonly #numbers = new Map<string, number>();

  constructor(owner: Speaker, made: NewChat, now: number) {
    this.made = made;
    this.owner = owner;
    this.createdAt = now;
    this.accessVersion = now;
    this.history = new History(made.historySize);
    this.expiresAt = made.ttlMs === undefined ? undefined : now + made.ttlMs;
    this.ownerAlias = this.nameOf(owner);
  }

  /** What its messages take in the heap, and what is remembered of them and of whoever has a number. */
  get bytes(): number {
    return this.history.bytes + this.keys.bytes + this.#numbers.size * NUMBER_BYTES;
  }

  /** By how much that grows with a message. */
  growthBy({ memberId, alias }: Speaker, { text, idempotencyKey }: Draft): number {
    const ofNumber = alias === undefined && !this.#numbers.has(memberId) ? NUMBER_BYTES : 0;
    return this.history.growthBy(text) + (idempotencyKey === undefined ? 0 : this.keys.growth) + ofNumber;
  }

  /** The speaker's name here, with a number of this chat for whoever has no alias. */
  nameOf({ memberId, alias }: Speaker): string {
    if (alias !== undefined) return alias;
    const number = this.#numbers.get(memberId) ?? this.#numbers.size + 1;
    this.#numbers.set(memberId, number);
    return anonymousName(number);
  }

  seenBy(key: string): Chat {
    const { chatId, title, historySize, isPrivate, isReadOnly } = this.made;
    return {
      chatId,
      title,
      historySize,
      isPrivate,
      isReadOnly,
      standing: this.#standingOf(key),
      ownerAlias: this.ownerAlias,
      lastSequence: this.history.last,
      createdAt: new Date(this.createdAt),
      expiresAt: this.expiresAt === undefined ? undefined : new Date(this.expiresAt),
    };
  }

  #standingOf(key: string): Standing {
    if (this.owner.key === key) return "creator";
    const memberId = memberIdOf(key);
    if (this.members.has(memberId)) return "member";
    return this.askers.has(memberId) ? "asker" : "stranger";
  }
}

export function participantOf([memberId, { alias, since }]: readonly [string, Known]): Participant {
  return { memberId, alias, since: new Date(since) };
}
