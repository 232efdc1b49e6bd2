import { z } from "zod";
import type { RedisOptions } from "../kv/redis-options.ts";
import { flag, list } from "./fragments.ts";

const redisUrl = z.url({ protocol: /^rediss?$/, error: "must be a redis:// or rediss:// URL" });

/** Counters, login sessions and ended sessions of all processes. Without it each process keeps its own. */
export const redisEnv = {
  REDIS_URL: list(redisUrl)
    .optional()
    .describe("redis:// or rediss:// URL with user, password and database; of a cluster some nodes, by commas."),
  REDIS_CLUSTER: flag(false).describe("Whether that is a cluster."),
  REDIS_CA_FILE: z.string().optional().describe("Who signed its certificates; the system's authorities without it."),
  REDIS_KEY_PREFIX: z.string().default("animal-delivery:").describe("Stands before every key."),
};

/** What `openKeyValueStore` takes; undefined for this process's memory. */
export function redisOptions(env: z.output<z.ZodObject<typeof redisEnv>>): RedisOptions | undefined {
  if (env.REDIS_URL === undefined) return undefined;
  return {
    urls: env.REDIS_URL,
    cluster: env.REDIS_CLUSTER,
    caFile: env.REDIS_CA_FILE,
    keyPrefix: env.REDIS_KEY_PREFIX,
  };
}
