import type { Telemetry } from "../telemetry/resources.ts";
import type { KeyValueStore } from "./key-value-store.ts";
import { createMemoryStore } from "./memory.ts";
import type { RedisOptions } from "./redis-options.ts";

/** The store that the configuration names: Redis, or this process's own memory when it names none. */
export async function openKeyValueStore(
  options: RedisOptions | undefined,
  telemetry: Telemetry,
): Promise<KeyValueStore> {
  if (!options) return createMemoryStore();
  const { openRedisStore } = await import("../redis/open-redis-store.ts");
  return openRedisStore(options, telemetry);
}
