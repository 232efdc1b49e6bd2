import type { Chat, JoinedChat, NewChat, Participant } from "../domain/chat.ts";
import type { Draft, Message } from "../domain/message.ts";
import type { Session, Speaker } from "../domain/speaker.ts";
import type { ListPosition } from "./list-position.ts";

/** What a follower of a chat is told at once. */
export interface Tail {
  /** The messages after the position that was asked about, the oldest first. */
  readonly messages: readonly Message[];
  /** The sequence number of the oldest message that is kept; one above `lastSequence` when none is. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Another number whenever somebody was put out, so that those who follow are looked at again. */
  readonly accessVersion: number;
  /** How long the chat still lives, by the store's clock; undefined for one that lives on. */
  readonly expiresInMs: number | undefined;
}

/**
 * Sessions, chats and messages. Three adapters: memory, Redis and PostgreSQL; one suite of tests (`testing/`) holds them to this;
 * what callers can ask for of it is run through REST, too.
 *
 * Each function is one atomic step: what it decides by is what it changes, also when many processes ask at once. Time is the
 * store's own, and a chat whose time is over is gone from that moment, whether or not anything has swept. Every function that
 * takes a `chatId` rejects with DomainError notFound CHAT_NOT_FOUND, or CHAT_EXPIRED for a day after the chat's time (in memory for
 * the latest of them, ten times as many as there may be chats); those that say so also with the refusals of `domain/rules.ts`. Every
 * function rejects with unavailable UNAVAILABLE while the store is away. A message that was acknowledged is in the history until newer
 * ones push it out.
 */
export interface ChatStore extends AsyncDisposable {
  /**
   * Makes the session of a key; one that is there gets the alias instead of its own.
   *
   * @throws {DomainError} exhausted SESSIONS_FULL
   */
  saveSession(key: string, alias: string | undefined): Promise<Session>;
  /** Undefined when nobody made it, or it was deleted. */
  findSession(key: string): Promise<Session | undefined>;
  /** The same, for whoever comes with the session: it is used, which is noted once in an hour at the most. */
  touchSession(key: string): Promise<Session | undefined>;
  /** Deletes a session, its chats, its memberships and join requests. One that is not there is deleted already. */
  deleteSession(key: string): Promise<void>;

  /**
   * Makes a chat, its creator its first member. A chat of this id that the same speaker made is given back as it is.
   *
   * @throws {DomainError} exhausted CHATS_FULL
   */
  createChat(speaker: Speaker, chat: NewChat): Promise<Chat>;
  /** A chat as the holder of the key sees it. */
  findChat(chatId: string, key: string): Promise<Chat>;
  /** The chats that the holder of the key made or was admitted to, the last joined first; equal times by id, the greatest first. */
  listChats(key: string, after: ListPosition | undefined, limit: number): Promise<JoinedChat[]>;
  /** Rejects as `assertIsCreator`. */
  deleteChat(chatId: string, key: string): Promise<void>;
  /** Lets the chat live for `ttlMs` from now; undefined lets it live on. Rejects as `assertIsCreator`. */
  setTtl(chatId: string, key: string, ttlMs: number | undefined): Promise<Chat>;

  /** Puts the speaker before the door, once. Rejects as `assertMayAsk`; exhausted JOIN_REQUESTS_FULL. */
  requestToJoin(chatId: string, speaker: Speaker): Promise<Participant>;
  /** Whoever asked first first; equal times by member id. Rejects as `assertIsCreator`. */
  listJoinRequests(
    chatId: string,
    key: string,
    after: ListPosition | undefined,
    limit: number,
  ): Promise<readonly Participant[]>;
  /** Lets in or turns away. Rejects as `assertIsCreator`; notFound JOIN_REQUEST_NOT_FOUND; refused MEMBERS_FULL. */
  decideJoinRequest(chatId: string, key: string, memberId: string, decision: "admit" | "decline"): Promise<void>;
  /** Whoever joined first first, the creator among them; equal times by member id. Rejects as `assertMayRead`. */
  listMembers(
    chatId: string,
    key: string,
    after: ListPosition | undefined,
    limit: number,
  ): Promise<readonly Participant[]>;
  /** Rejects as `assertMayRemove`; notFound MEMBER_NOT_FOUND. Whoever was put out may ask to join again. */
  removeMember(chatId: string, key: string, memberId: string): Promise<void>;

  /**
   * Writes the next message and drops those that the history has no room for. A speaker without an alias gets the next number of
   * the chat at their first message or join request, and keeps it. A draft whose idempotency key came from the same speaker before,
   * within a day and the chat's last thousand with a key, is answered with the first one's message.
   *
   * Rejects as `assertMayWrite`; keyReused IDEMPOTENCY_KEY_REUSED when the key came with another text.
   */
  appendMessage(chatId: string, speaker: Speaker, draft: Draft): Promise<Message>;
  /** The newest first, those before the sequence number. Rejects as `assertMayRead`. */
  listMessages(chatId: string, key: string, before: number | undefined, limit: number): Promise<readonly Message[]>;
  /** For whoever follows a chat and was let in: not asked who it is. At most `limit` messages. */
  readTail(chatId: string, after: number, limit: number): Promise<Tail>;
  /**
   * Calls `onChange` soon after a message was written, the chat ended or its life changed, or somebody was put out, by whatever
   * process; sometimes for nothing, and perhaps not at all while the store is away: ask again from time to time. Resolves when it
   * is listening.
   */
  watch(chatId: string, onChange: () => void): Promise<AsyncDisposable>;

  /**
   * Frees what expired chats and forgotten keys take, and ends sessions that were not touched for `sessionIdleMs` since they were made
   * or touched last, as `deleteSession` does, within an hour from then on; of a great many some at a time. To be called at least once
   * a minute.
   */
  sweep(): Promise<void>;
  /** Rejects while the store is away. */
  check(): Promise<void>;
}
