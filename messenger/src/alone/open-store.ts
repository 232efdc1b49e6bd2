import { redisEnv } from "@animal-delivery/platform/config/redis-config";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { ChatStore } from "../store/chat-store.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";
import { msOf } from "./duration.ts";
import { HEAP_MIB, MIB_BYTES, type Settings } from "./flags.ts";

/** Measured: what a session takes of the heap, and a chat without its messages. */
const SESSION_BYTES = 400;
const CHAT_BYTES = 2_300;

/** The store that the flags name; `open` closes it, and what it stands on. No other one's client is loaded. */
export async function openStore(
  settings: Settings,
  telemetry: Telemetry,
  open: AsyncDisposableStack,
): Promise<ChatStore> {
  const { dsn = "" } = settings;
  const limits = {
    sessionsMax: settings.maxSessions,
    chatsMax: settings.maxChats,
    sessionIdleMs: msOf(settings.sessionIdle),
  };
  if (settings.postgres) {
    const { openPostgresStore } = await import("./open-postgres-store.ts");
    return openPostgresStore({ url: dsn, poolSize: settings.postgresPool, ...limits }, telemetry, open);
  }
  if (settings.redis) {
    const urls = redisEnv.REDIS_URL.parse(dsn) ?? [];
    const server = { urls, cluster: urls.length > 1, caFile: settings.redisCa, keyPrefix: settings.redisPrefix };
    const { openRedisChatStore } = await import("../store/redis/redis-store.ts");
    return open.use(await openRedisChatStore({ ...server, ...limits }, telemetry));
  }
  return open.use(createMemoryStore({ ...limits, messageBytesMax: messageBytesMax(settings) }));
}

/** What messages may take in memory, in bytes. The other half of what is left is for what comes and goes: calls, streams, members. */
export function messageBytesMax(settings: Pick<Settings, "maxMemory" | "maxSessions" | "maxChats">): number {
  const { maxMemory, maxSessions, maxChats } = settings;
  if (maxMemory !== undefined) return maxMemory * MIB_BYTES;
  const left = HEAP_MIB * MIB_BYTES - maxSessions * SESSION_BYTES - maxChats * CHAT_BYTES;
  return Math.max(MIB_BYTES, left / 2);
}
