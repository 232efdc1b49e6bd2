import type { ChatStore } from "../chat-store.ts";
import { createChat, deleteChat, listChats, setTtl } from "./chats.ts";
import { decideJoinRequest, listJoinRequests, requestToJoin } from "./join-requests.ts";
import { listMembers, removeMember } from "./members.ts";
import { Memory, type MemoryLimits } from "./memory.ts";
import { appendMessage, listMessages, readTail } from "./messages.ts";
import { deleteSession, endIdleSessions, saveSession, touchSession } from "./sessions.ts";

export interface MemoryStoreOptions extends MemoryLimits {
  /** Milliseconds since 1970; the process's clock unless given. */
  readonly now?: () => number;
}

/** Everything in the memory of this process; it ends with it. No function gives way in its midst: each is one step. */
export function createMemoryStore({ now = Date.now, ...limits }: MemoryStoreOptions): ChatStore {
  const memory = new Memory(limits, now);
  return {
    saveSession: async (key, alias) => saveSession(memory, key, alias),
    findSession: async (key) => memory.sessions.get(key)?.session,
    touchSession: async (key) => touchSession(memory, key),
    deleteSession: async (key) => deleteSession(memory, key),

    createChat: async (speaker, chat) => createChat(memory, speaker, chat),
    findChat: async (chatId, key) => memory.get(chatId).seenBy(key),
    listChats: async (key, after, limit) => listChats(memory, key, after, limit),
    deleteChat: async (chatId, key) => deleteChat(memory, chatId, key),
    setTtl: async (chatId, key, ttlMs) => setTtl(memory, chatId, key, ttlMs),

    requestToJoin: async (chatId, speaker) => requestToJoin(memory, chatId, speaker),
    listJoinRequests: async (chatId, key, after, limit) => listJoinRequests(memory, chatId, key, after, limit),
    decideJoinRequest: async (chatId, key, memberId, decision) =>
      decideJoinRequest(memory, chatId, key, memberId, decision),
    listMembers: async (chatId, key, after, limit) => listMembers(memory, chatId, key, after, limit),
    removeMember: async (chatId, key, memberId) => removeMember(memory, chatId, key, memberId),

    appendMessage: async (chatId, speaker, draft) => appendMessage(memory, chatId, speaker, draft),
    listMessages: async (chatId, key, before, limit) => listMessages(memory, chatId, key, before, limit),
    readTail: async (chatId, after, limit) => readTail(memory, chatId, after, limit),
    watch: async (chatId, onChange) => memory.watchers.add(chatId, onChange),

    async sweep() {
      endIdleSessions(memory);
      memory.sweep();
    },
    check: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
