import type { RedisOptions } from "@animal-delivery/platform/kv/redis-options";
import { connectRedis } from "@animal-delivery/platform/redis/connect";
import { observeCommands, PATIENCE } from "@animal-delivery/platform/redis/observe-commands";
import { watchConnection } from "@animal-delivery/platform/redis/watch-connection";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { StoreLimits } from "../../domain/limits.ts";
import { memberIdOf } from "../../domain/speaker.ts";
import type { ChatStore } from "../chat-store.ts";
import { createChat, deleteChat, findChat, setTtl } from "./chats.ts";
import { deleteSession } from "./delete-session.ts";
import { decideJoinRequest, requestToJoin } from "./join-requests.ts";
import { keyOfPlaces } from "./keys.ts";
import { listChats } from "./list-chats.ts";
import { listPeople, removeMember } from "./members.ts";
import { appendMessage, listMessages, readTail } from "./messages.ts";
import { createParts } from "./parts.ts";
import { findSession, saveSession, touchSession } from "./sessions.ts";
import { openListeners } from "./watch.ts";

export interface RedisChatStoreOptions extends RedisOptions, StoreLimits {
  /** What is added to the server's clock, in milliseconds: for tests. */
  readonly clockShiftMs?: () => number;
}

const METRICS = "messenger_redis";

/**
 * Chats in Redis 7 or later, one server or a cluster whose clocks differ by less than half a minute. Opens while Redis is away, and
 * finds it when it is back.
 *
 * A chat is in one slot, and what is decided about it is one script there. What is in more slots than one is done in an order in
 * which a process may end anywhere: see `Places` and `Hints`. Whoever looks at several chats at once may see `deleteSession` half
 * done, and `listChats` tells of each chat at a time of its own.
 *
 * What was acknowledged is as safe as Redis keeps it. With `appendfsync always` it is on disk before the answer, and nothing is lost,
 * whatever is killed. With `everysec` it was handed to the kernel: a kill of Redis alone loses nothing, unless the disk was still busy
 * with the second before, for then Redis answers first and writes up to two seconds later; a loss of power takes the last second too.
 * With either a replica that takes over lacks what had not come to it. Where it lost a chat alone, a sweep frees its place within a
 * day; a chat that lost its place lives on uncounted.
 */
export async function openRedisChatStore(
  { clockShiftMs = () => 0, sessionsMax, chatsMax, sessionIdleMs, ...server }: RedisChatStoreOptions,
  telemetry: Telemetry,
  patience = PATIENCE,
): Promise<ChatStore> {
  const client = await connectRedis(server, { shardedSubscribers: true });
  const unwatch = watchConnection(client, telemetry, METRICS);
  const run = observeCommands(telemetry, patience, { metrics: METRICS, name: "chat store" });
  const listeners = await openListeners(client, run);
  const parts = createParts(client, run, { sessionsMax, chatsMax, sessionIdleMs }, clockShiftMs);

  return {
    saveSession: async (key, alias) => saveSession(parts, key, alias),
    findSession: async (key) => findSession(parts, key),
    touchSession: async (key) => touchSession(parts, key),
    deleteSession: async (key) => deleteSession(parts, key),

    createChat: async (speaker, chat) => createChat(parts, speaker, chat),
    findChat: async (chatId, key) => findChat(parts, chatId, key),
    listChats: async (key, after, limit) => listChats(parts, key, after, limit),
    deleteChat: async (chatId, key) => deleteChat(parts, chatId, memberIdOf(key)),
    setTtl: async (chatId, key, ttlMs) => setTtl(parts, chatId, key, ttlMs),

    requestToJoin: async (chatId, speaker) => requestToJoin(parts, chatId, speaker),
    listJoinRequests: async (chatId, key, after, limit) =>
      listPeople(parts, "listJoinRequests", chatId, key, after, limit),
    decideJoinRequest: async (chatId, key, memberId, decision) =>
      decideJoinRequest(parts, chatId, key, memberId, decision),
    listMembers: async (chatId, key, after, limit) => listPeople(parts, "listMembers", chatId, key, after, limit),
    removeMember: async (chatId, key, memberId) => removeMember(parts, chatId, key, memberId),

    appendMessage: async (chatId, speaker, draft) => appendMessage(parts, chatId, speaker, draft),
    listMessages: async (chatId, key, before, limit) => listMessages(parts, chatId, key, before, limit),
    readTail: async (chatId, after, limit) => readTail(parts, chatId, after, limit),
    watch: async (chatId, onChange) => listeners.watch(chatId, onChange),

    async sweep() {
      await parts.chats.sweep();
      await parts.sessions.sweep();
    },
    check: async () => void (await run("check", () => client.zcard(keyOfPlaces("chats")))),
    async [Symbol.asyncDispose]() {
      unwatch();
      listeners[Symbol.dispose]();
      client.disconnect();
    },
  };
}
