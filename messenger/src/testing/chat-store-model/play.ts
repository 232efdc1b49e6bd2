import { randomUUID } from "node:crypto";
import { DomainError } from "@animal-delivery/platform/errors";
import type { Chat, Participant } from "../../domain/chat.ts";
import type { Message } from "../../domain/message.ts";
import { keyOfSession, type Session, type Speaker, speakerOf } from "../../domain/speaker.ts";
import type { ChatStore } from "../../store/chat-store.ts";
import { type Arguments, type Command, CREATORS, HISTORY_SIZE, type Operation, PEOPLE, VOICES } from "./command.ts";
import type { Answer } from "./world.ts";

export const HALF_HOUR_MS = 1_800_000;

/** The people and the chats of one run, by their places in the world. */
export class Cast {
  readonly #people = Array.from({ length: PEOPLE }, () => speakerOf(keyOfSession(randomUUID()), undefined));
  readonly #chatIds: readonly string[] = CREATORS.map(() => randomUUID());

  voice(place: number): Speaker {
    const { who, alias } = VOICES[place] ?? VOICES[0];
    return { ...this.#person(who), alias };
  }

  memberId(who: number): string {
    return this.#person(who).memberId;
  }

  chatId(place: number): string {
    return this.#chatIds[place] ?? "";
  }

  placeOf(chatId: string): number {
    return this.#chatIds.indexOf(chatId);
  }

  /** The names of those who are listed, at their places. */
  namesOf(participants: readonly Participant[]): Answer {
    const aliases = new Map(participants.map(({ memberId, alias }) => [memberId, alias]));
    return this.#people.map(({ memberId }) => aliases.get(memberId));
  }

  messageOf({ sequence, author, text }: Message): Answer {
    return [sequence, this.#people.findIndex(({ memberId }) => memberId === author?.memberId), author?.alias, text];
  }

  #person(who: number): Speaker {
    const person = this.#people[who];
    if (person) return person;
    throw new Error(`there is nobody at ${who}`);
  }
}

/** Asks the store, and puts the answer as the model does. */
export async function play(store: ChatStore, cast: Cast, command: Command): Promise<Answer> {
  try {
    return await (PLAYS[command.op] as Play<Command>)(store, cast, command);
  } catch (error) {
    if (error instanceof DomainError) return error.reason;
    throw error;
  }
}

type Play<Args> = (store: ChatStore, cast: Cast, args: Args) => Promise<Answer>;

const PLAYS: { [Op in Operation]: Play<Arguments[Op]> } = {
  saveSession: async (store, cast, { by }) => {
    const { key, alias } = cast.voice(by);
    return nameOf(await store.saveSession(key, alias));
  },
  findSession: async (store, cast, { by }) => nameOf(await store.findSession(cast.voice(by).key)),
  deleteSession: async (store, cast, { by }) => store.deleteSession(cast.voice(by).key),
  createChat: async (store, cast, { chat, isPrivate, isReadOnly, ttl }) => {
    const made = { chatId: cast.chatId(chat), title: "", historySize: HISTORY_SIZE, isPrivate, isReadOnly };
    return seen(await store.createChat(cast.voice(CREATORS[chat] ?? 0), { ...made, ttlMs: msOf(ttl) }));
  },
  findChat: async (store, cast, { by, chat }) => seen(await store.findChat(cast.chatId(chat), cast.voice(by).key)),
  listChats: async (store, cast, { by }) => {
    const chats = await store.listChats(cast.voice(by).key, undefined, 10);
    return chats.map(({ chatId }) => cast.placeOf(chatId)).toSorted((a, b) => a - b);
  },
  deleteChat: async (store, cast, { by, chat }) => store.deleteChat(cast.chatId(chat), cast.voice(by).key),
  setTtl: async (store, cast, { by, chat, ttl }) =>
    seen(await store.setTtl(cast.chatId(chat), cast.voice(by).key, msOf(ttl))),
  requestToJoin: async (store, cast, { by, chat }) =>
    (await store.requestToJoin(cast.chatId(chat), cast.voice(by))).alias,
  listJoinRequests: async (store, cast, { by, chat }) =>
    cast.namesOf(await store.listJoinRequests(cast.chatId(chat), cast.voice(by).key, undefined, 10)),
  decideJoinRequest: async (store, cast, { by, chat, whom, decision }) =>
    store.decideJoinRequest(cast.chatId(chat), cast.voice(by).key, cast.memberId(whom), decision),
  listMembers: async (store, cast, { by, chat }) =>
    cast.namesOf(await store.listMembers(cast.chatId(chat), cast.voice(by).key, undefined, 10)),
  removeMember: async (store, cast, { by, chat, whom }) =>
    store.removeMember(cast.chatId(chat), cast.voice(by).key, cast.memberId(whom)),
  appendMessage: async (store, cast, { by, chat, text, key: idempotencyKey }) =>
    cast.messageOf(await store.appendMessage(cast.chatId(chat), cast.voice(by), { text, idempotencyKey })),
  listMessages: async (store, cast, { by, chat, before, limit }) => {
    const messages = await store.listMessages(cast.chatId(chat), cast.voice(by).key, before, limit);
    return messages.map((message) => cast.messageOf(message));
  },
  readTail: async (store, cast, { chat, after, limit }) => {
    const { firstSequence, lastSequence, messages } = await store.readTail(cast.chatId(chat), after, limit);
    return [firstSequence, lastSequence, messages.map((message) => cast.messageOf(message))];
  },
  sweep: async (store) => store.sweep(),
};

function nameOf(session: Session | undefined): string | undefined {
  return session && (session.alias ?? "");
}

function seen({ standing, ownerAlias, lastSequence, isPrivate, isReadOnly }: Chat): Answer {
  return [standing, ownerAlias, lastSequence, isPrivate, isReadOnly];
}

function msOf(halfHours: number | undefined): number | undefined {
  return halfHours === undefined ? undefined : halfHours * HALF_HOUR_MS;
}
