import { redisEnv } from "@animal-delivery/platform/config/redis-config";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { ChatStore } from "../store/chat-store.ts";
import { createMemoryStore } from "../store/memory/memory-store.ts";
import { msOf } from "./duration.ts";
import { MIB_BYTES, type Settings } from "./flags.ts";

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
  return open.use(createMemoryStore({ ...limits, messageBytesMax: settings.maxMemory * MIB_BYTES }));
}
