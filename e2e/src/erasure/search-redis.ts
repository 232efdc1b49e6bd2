import { Redis } from "ioredis";
import type { Finder } from "./marks.ts";
import { note, type Findings } from "./stores.ts";

/** Searches every key of a Redis database and what is kept under it. */
export async function searchRedis(url: string, find: Finder): Promise<Findings> {
  const findings: Findings = {};
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
      for (const key of keys) {
        const value = await valueOf(redis, key);
        // Ids in keys would make a place of each.
        const place = `redis ${key.replace(/[^:{}]{20,}/gu, "*")}`;
        note(findings, place, find, `${key}\n${JSON.stringify(value)}`);
      }
    }
  } finally {
    redis.disconnect();
  }
  return findings;
}

/** @throws {Error} for a type that is not known here: what is not searched must not pass for clean. */
async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    // It expired since.
    case "none":
      return undefined;
    case "string":
      return (await redis.getBuffer(key))?.toString("latin1");
    case "hash":
      return redis.hgetall(key);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "-inf", "+inf", "BYSCORE", "WITHSCORES");
    case "stream":
      return redis.xrange(key, "-", "+");
    default:
      throw new Error(`${key} is a ${type}, which this search does not read`);
  }
}
