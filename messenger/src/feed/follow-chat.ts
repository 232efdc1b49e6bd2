import type { Chat } from "../domain/chat.ts";
import type { Message } from "../domain/message.ts";
import { chatNotFound, readerTooSlow, resumeTokenInvalid } from "../domain/refusals.ts";
import { assertMayRead } from "../domain/rules.ts";
import type { ChatStore, Tail } from "../store/chat-store.ts";
import type { ChatFeed } from "./chat-feed.ts";
import type { SharedTail } from "./shared-tail.ts";

/** What a follower is told: a message, or which messages the chat did not keep for them. */
export type Told =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "skipped"; readonly first: number; readonly last: number };

export interface Following {
  readonly chatId: string;
  readonly key: string;
  /** Where to go on; empty begins with the oldest message that is kept. */
  readonly resumeToken: string;
}

/** Messages read at a time by whoever is behind. */
const READ_MAX = 100;

/** A follower who heard of nothing looks again after so long. */
const WAIT_MS = 60_000;

const RESUME_TOKEN = /^(0|[1-9][0-9]{0,14})$/;

/** The token of a stream that was told everything up to a sequence number. */
export function resumeTokenOf(sequence: number): string {
  return String(sequence);
}

/**
 * Follows a chat: what it keeps, then each new message in order, without a gap that is not told or a duplicate. Reads on only when
 * the last one was taken: a slow follower costs nothing, until it is so far behind that nobody holds for it what comes next.
 *
 * @throws {DomainError} as `ChatStore.findChat` and `assertMayRead`, at first and as soon as it is so; invalid RESUME_TOKEN_INVALID;
 *   exhausted READER_TOO_SLOW; the signal's reason when it aborts.
 */
export async function* followChat(
  store: ChatStore,
  feed: ChatFeed,
  { chatId, key, resumeToken }: Following,
  signal: AbortSignal,
): AsyncGenerator<Told, void, undefined> {
  using borrowed = await feed.borrow(chatId, signal);
  const { tail } = borrowed;
  const follower = await admit(store, tail, chatId, key);
  const look = async (accessVersion: number): Promise<void> => {
    signal.throwIfAborted();
    tail.assertAlive();
    await follower.assertStillIn(accessVersion);
  };

  let position = positionOf(resumeToken, follower.chat.lastSequence);
  const readOn = (after: number): Promise<Tail> => store.readTail(chatId, after, READ_MAX);
  for await (const told of catchUp(readOn, tail, position, look)) {
    yield told;
    position = told.kind === "message" ? told.message.sequence : told.last;
  }
  for (;;) {
    const mark = tail.changed.since();
    await look(tail.accessVersion);
    const message = tail.at(position + 1);
    if (message) {
      yield { kind: "message", message };
      position = message.sequence;
    } else if (position < tail.lost) {
      const { lost } = tail;
      yield { kind: "skipped", first: position + 1, last: lost };
      position = lost;
    } else if (position < tail.last) throw readerTooSlow();
    else await tail.changed.sleep(mark, WAIT_MS, signal);
  }
}

/** Lets somebody in who may read, and looks at them again whenever the chat has put somebody out. */
async function admit(store: ChatStore, tail: SharedTail, chatId: string, key: string) {
  let seen = tail.accessVersion;
  const chat: Chat = await store.findChat(chatId, key);
  assertMayRead(chat);
  return {
    chat,
    async assertStillIn(accessVersion: number): Promise<void> {
      if (accessVersion === seen) return;
      const now = await store.findChat(chatId, key);
      // Another chat of the same id, made after this one had ended.
      if (now.createdAt.getTime() !== chat.createdAt.getTime()) throw chatNotFound();
      assertMayRead(now);
      seen = accessVersion;
    },
  };
}

/** What the chat keeps after a position and nobody here holds: what was written before anybody followed it. */
async function* catchUp(
  readOn: (after: number) => Promise<Tail>,
  tail: SharedTail,
  start: number,
  look: (accessVersion: number) => Promise<void>,
): AsyncGenerator<Told, void, undefined> {
  let position = start;
  const { firstKept } = tail;
  if (position + 1 < firstKept) {
    await look(tail.accessVersion);
    if (position > 0) yield { kind: "skipped", first: position + 1, last: firstKept - 1 };
    position = firstKept - 1;
  }
  while (position < tail.last && !tail.at(position + 1)) {
    const { messages, accessVersion } = await readOn(position);
    if (messages.length === 0) return;
    for (const message of messages) {
      const { sequence } = message;
      // That of the batch first: it may be newer than what the tail knows.
      await look(accessVersion);
      if (sequence > position + 1) yield { kind: "skipped", first: position + 1, last: sequence - 1 };
      yield { kind: "message", message };
      position = sequence;
    }
  }
}

function positionOf(token: string, last: number): number {
  if (token === "") return 0;
  if (!RESUME_TOKEN.test(token) || Number(token) > last) throw resumeTokenInvalid();
  return Number(token);
}
