import type { Standing } from "../../domain/chat.ts";
import { anonymousName } from "../../domain/speaker.ts";
import { type Arguments, CREATORS, DAY, PEOPLE, VOICES } from "./command.ts";

/** When a chat expired that nobody remembers. */
export const FORGOTTEN = -DAY;

/** In this order, so that it is short to write. */
type Message = readonly [sequence: number, who: number, alias: string, text: string];

/** A chat; whoever is in it, or before its door, has a name at their place. */
export interface ModelChat {
  readonly creator: number;
  readonly ownerAlias: string;
  readonly isPrivate: boolean;
  readonly isReadOnly: boolean;
  expiresAt: number;
  messages: Message[];
  keyed: { readonly who: number; readonly key: string; readonly at: number; readonly message: Message }[];
  /** Whoever got a number, in the order of the numbers. */
  readonly numbered: number[];
  readonly members: (string | undefined)[];
  readonly askers: (string | undefined)[];
  last: number;
}

/** What the rules know, in plain data. */
export interface World {
  now: number;
  readonly sessions: (string | undefined)[];
  readonly chats: (ModelChat | undefined)[];
  readonly expiredAt: number[];
}

/** What a function answers: data, or the reason of its refusal. */
export type Answer = unknown;
/** What the rules throw. No Error, whose stack would take most of the time of a run. */
export class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export const newWorld = (): World => ({
  now: 0,
  sessions: Array.from({ length: PEOPLE }),
  chats: CREATORS.map(() => undefined),
  expiredAt: CREATORS.map(() => FORGOTTEN),
});

export function copyOf({ now, sessions, chats, expiredAt }: World): World {
  return {
    now,
    sessions: [...sessions],
    chats: chats.map((chat) => chat && copyOfChat(chat)),
    expiredAt: [...expiredAt],
  };
}

function copyOfChat({ messages, keyed, numbered, members, askers, ...chat }: ModelChat): ModelChat {
  const people = { numbered: [...numbered], members: [...members], askers: [...askers] };
  return { ...chat, ...people, messages: [...messages], keyed: [...keyed] };
}

/** Time passes: what is over is gone. */
export function pass(world: World, halfHours: number): void {
  world.now += halfHours;
  for (const [index, chat] of world.chats.entries()) {
    if (!chat) continue;
    chat.keyed = chat.keyed.filter(({ at }) => world.now < at + DAY);
    if (world.now < chat.expiresAt) continue;
    world.chats[index] = undefined;
    world.expiredAt[index] = chat.expiresAt;
  }
}

export function newChat(
  { now }: World,
  voice: number,
  { isPrivate, isReadOnly, ttl = Infinity }: Omit<Arguments["createChat"], "chat">,
): ModelChat {
  const creator = whoIs(voice);
  const ownerAlias = aliasOf(voice) ?? anonymousName(1);
  const members = Array.from({ length: PEOPLE }, (_, who) => (who === creator ? ownerAlias : undefined));
  const askers = members.map(() => undefined);
  const numbered = aliasOf(voice) === undefined ? [creator] : [];
  const people = { creator, ownerAlias, members, askers, numbered };
  return { ...people, isPrivate, isReadOnly, expiresAt: now + ttl, last: 0, messages: [], keyed: [] };
}

export function aliasOf(voice: number): string | undefined {
  return VOICES[voice]?.alias;
}

export function whoIs(voice: number): number {
  return VOICES[voice]?.who ?? 0;
}

export function get({ now, chats, expiredAt }: World, index: number): ModelChat {
  const chat = chats[index];
  if (chat) return chat;
  throw new Refusal(now < (expiredAt[index] ?? FORGOTTEN) + DAY ? "CHAT_EXPIRED" : "CHAT_NOT_FOUND");
}

export function nameIn({ numbered }: ModelChat, voice: number): string {
  const alias = aliasOf(voice);
  if (alias !== undefined) return alias;
  if (!numbered.includes(whoIs(voice))) numbered.push(whoIs(voice));
  return anonymousName(numbered.indexOf(whoIs(voice)) + 1);
}

export function seenBy(
  { creator, ownerAlias, last, isPrivate, isReadOnly, members, askers }: ModelChat,
  by: number,
): Answer {
  const inside: Standing = creator === whoIs(by) ? "creator" : "member";
  const outside: Standing = askers[whoIs(by)] ? "asker" : "stranger";
  return [members[whoIs(by)] ? inside : outside, ownerAlias, last, isPrivate, isReadOnly];
}

export function assertReader(chat: ModelChat, by: number): ModelChat {
  if (chat.isPrivate && !chat.members[whoIs(by)]) throw new Refusal("NOT_A_MEMBER");
  return chat;
}

export function assertCreator(chat: ModelChat, by: number): ModelChat {
  if (assertReader(chat, by).creator !== whoIs(by)) throw new Refusal("NOT_THE_CREATOR");
  return chat;
}
