import { randomUUID } from "node:crypto";
import type { Database } from "@animal-delivery/platform/db/database";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Message } from "../../domain/message.ts";
import type { StoreLimits } from "../../domain/limits.ts";
import type { ChatStore } from "../chat-store.ts";
import { createWatchers } from "../watchers.ts";
import { createAnnouncer, hearChanges } from "./announce.ts";
import { appendMessages, type Said } from "./append-messages.ts";
import { inBatches } from "./batches.ts";
import { deleteChat, findChat, listChats, setTtl } from "./chats.ts";
import { createChat } from "./create-chat.ts";
import { deleteSession } from "./delete-session.ts";
import { decideJoinRequest, listJoinRequests, requestToJoin } from "./join-requests.ts";
import { listMembers, removeMember } from "./members.ts";
import { listMessages } from "./messages.ts";
import { findSession, saveSession, touchSession } from "./sessions.ts";
import { sweep } from "./sweep.ts";
import type { Tables } from "./tables.ts";
import { readTail } from "./tail.ts";
import { createListener } from "./watch.ts";

/** Drafts of one chat that are written in one step. */
const BATCH_DRAFTS = 100;

export interface PostgresStoreOptions extends StoreLimits {
  /** Migrated, and opened with `POSTGRES_SETTINGS`. It is not the store's: close it after the store. */
  readonly db: Database;
  readonly telemetry: Telemetry;
  /** What is added to the database's clock, for tests that let time pass. */
  readonly clockShiftMs?: () => number;
}

/** Everything in PostgreSQL, shared by as many processes as there are. */
export function createPostgresChatStore(options: PostgresStoreOptions): ChatStore {
  const { db, telemetry, clockShiftMs: shiftMs = () => 0, ...limits } = options;
  const { log } = telemetry;
  const watchers = createWatchers();
  const sender = randomUUID();
  const announcer = createAnnouncer(db, sender, log);
  const listener = createListener({
    db,
    log,
    watchers,
    shiftMs,
    hear: (session, tell) => hearChanges(session, sender, tell),
  });
  const changed = (chatId: string): void => {
    watchers.tell(chatId);
    announcer.announce(chatId);
  };
  const tables: Tables = { db, limits, shiftMs, changed };
  const append = inBatches<Said, Message>(BATCH_DRAFTS, (chatId, drafts) => appendMessages(tables, chatId, drafts));

  return {
    saveSession: (key, alias) => saveSession(tables, key, alias),
    findSession: (key) => findSession(tables, key),
    touchSession: (key) => touchSession(tables, key),
    deleteSession: (key) => deleteSession(tables, key),

    createChat: (speaker, chat) => createChat(tables, speaker, chat),
    findChat: (chatId, key) => findChat(tables, chatId, key),
    listChats: (key, after, limit) => listChats(tables, key, after, limit),
    deleteChat: (chatId, key) => deleteChat(tables, chatId, key),
    setTtl: (chatId, key, ttlMs) => setTtl(tables, chatId, key, ttlMs),

    requestToJoin: (chatId, speaker) => requestToJoin(tables, chatId, speaker),
    listJoinRequests: (chatId, key, after, limit) => listJoinRequests(tables, chatId, key, after, limit),
    decideJoinRequest: (chatId, key, memberId, decision) => decideJoinRequest(tables, chatId, key, memberId, decision),
    listMembers: (chatId, key, after, limit) => listMembers(tables, chatId, key, after, limit),
    removeMember: (chatId, key, memberId) => removeMember(tables, chatId, key, memberId),

    appendMessage: (chatId, speaker, draft) => append(chatId, { ...draft, speaker }),
    listMessages: (chatId, key, before, limit) => listMessages(tables, chatId, key, before, limit),
    readTail: (chatId, after, limit) => readTail(tables, chatId, after, limit),
    async watch(chatId, onChange) {
      const watching = watchers.add(chatId, onChange);
      try {
        await listener.listening();
        return watching;
      } catch (error) {
        await watching[Symbol.asyncDispose]();
        throw error;
      }
    },

    sweep: () => sweep(tables),
    async check() {
      await db.query("check_store", "select 1");
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await announcer[Symbol.asyncDispose]();
    },
  };
}
