/** What there is of a chat; in this order the scripts name the keys. */
const PARTS = [
  // Hash: what the chat is, its creator, and its counters.
  "head",
  // When its time is over; stays for a day after that, and knows then that the chat expired.
  "ends",
  // The token of the last step that made, ended or lengthened the chat.
  "turn",
  // Stream: a message under `<sequence>-0`.
  "messages",
  // Sorted sets: member ids by the time since when they are in, or wait.
  "members",
  "askers",
  // Hash: what those are called, by member id.
  "names",
  // Hash: the numbers of those without an alias, by member id.
  "numbers",
  // Hash and sorted set: what messages with an idempotency key were answered, and their sequence numbers.
  "answers",
  "answered",
  // No key: the channel on which it is told that the chat changed. It stands among the keys so that it is in their slot.
  "changes",
] as const;

export const CHAT_KEYS = PARTS.length;

/** The braces put everything of one chat into one slot of a cluster. */
export function keysOfChat(chatId: string): readonly string[] {
  return PARTS.map((part) => `chat:{${chatId}}:${part}`);
}

export function channelOf(chatId: string): string {
  return `chat:{${chatId}}:changes`;
}

/** The chat that a channel tells of, whatever prefix the channel has. */
export function chatOfChannel(channel: string): string {
  return channel.slice(channel.lastIndexOf("{") + 1, channel.lastIndexOf("}"));
}

/** By member id and not by key: a subject may have any characters, and nobody needs to read it here. */
export function keysOfSession(memberId: string): readonly string[] {
  return [`session:{${memberId}}`, `session:{${memberId}}:turn`];
}

/** The chats that somebody may be a member of, or may have asked to be admitted to. */
export type HintsKind = "chats" | "asked";

export function keyOfHints(memberId: string, kind: HintsKind): string {
  return `person:{${memberId}}:${kind}`;
}

/** The chats, or the sessions, that there are. */
export function keyOfPlaces(of: "chats" | "sessions"): string {
  return `places:${of}`;
}
