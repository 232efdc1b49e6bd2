import type { Chat, JoinedChat, Participant, Standing } from "../../domain/chat.ts";
import type { Message } from "../../domain/message.ts";
import { anonymousName } from "../../domain/speaker.ts";
import type { Tail } from "../chat-store.ts";

/** What a script answers: strings and numbers, null for what is not there, and lists of them. */
export type Row = readonly Cell[];
export type Cell = string | number | null | Row;

/** The name that a script made. */
export function nameOf(name: Cell | undefined): string {
  const text = String(name);
  return text.startsWith("=") ? text.slice(1) : anonymousName(Number(text.slice(1)));
}

export function chatOf(chatId: string, row: Row): Chat {
  const [title, historySize, isReadOnly, isPrivate, creatorName, lastSequence, createdAt, expiresAt, standing] = row;
  return {
    chatId,
    title: String(title),
    historySize: Number(historySize),
    isReadOnly: isReadOnly === "1",
    isPrivate: isPrivate === "1",
    ownerAlias: nameOf(creatorName),
    lastSequence: Number(lastSequence),
    createdAt: dateOf(createdAt),
    expiresAt: expiresAt === null ? undefined : dateOf(expiresAt),
    standing: standing as Standing,
  };
}

/** Undefined for a chat that the caller is not a member of. */
export function joinedChatOf(chatId: string, row: Row): JoinedChat | undefined {
  const joinedAt = row[9];
  return joinedAt === null ? undefined : { ...chatOf(chatId, row), joinedAt: dateOf(joinedAt) };
}

export function participantOf([memberId, since, name]: Row): Participant {
  return { memberId: String(memberId), alias: nameOf(name), since: dateOf(since) };
}

/** An entry of the stream. */
export function messageOf([id, fields]: Row): Message {
  const [, text, , memberId, , name, , sentAt] = fields as Row;
  return {
    sequence: Number.parseInt(String(id), 10),
    text: String(text),
    author: { memberId: String(memberId), alias: nameOf(name) },
    sentAt: dateOf(sentAt),
  };
}

export function tailOf([first, last, accessVersion, expiresInMs, entries]: Row): Tail {
  return {
    messages: (entries as readonly Row[]).map(messageOf),
    firstSequence: Number(first),
    lastSequence: Number(last),
    accessVersion: Number(accessVersion),
    expiresInMs: expiresInMs === null ? undefined : Number(expiresInMs),
  };
}

export function dateOf(ms: Cell | undefined): Date {
  return new Date(Number(ms));
}

/** What a sorted set answered: names, each with its number. */
export function pairsOf(row: Row): [name: string, at: number][] {
  const pairs: [string, number][] = [];
  for (let i = 0; i < row.length; i += 2) pairs.push([String(row[i]), Number(row[i + 1])]);
  return pairs;
}
