import { randomUUID } from "node:crypto";
import type { KeyValueStore } from "../kv/key-value-store.ts";
import type { RedisOptions } from "../kv/redis-options.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import { connectRedis } from "./connect.ts";
import { observeCommands, PATIENCE } from "./observe-commands.ts";
import { type Calls, SCRIPTS } from "./scripts.ts";
import { watchConnection } from "./watch-connection.ts";
import { withScripts } from "./with-scripts.ts";

/** Members of a set that one call reads or writes. */
const PAGE = 1_000;

/**
 * The key-value store in Redis 7 or later, one server or a cluster. Opens while Redis is away, and finds it when it is back.
 * Each operation has its keys in one slot of a cluster, and the server's clock decides what has expired.
 */
export async function openRedisStore(
  options: RedisOptions,
  telemetry: Telemetry,
  patience = PATIENCE,
): Promise<KeyValueStore> {
  const client = withScripts<Calls>(await connectRedis(options), SCRIPTS);
  const unwatch = watchConnection(client, telemetry);
  const run = observeCommands(telemetry, patience);
  return {
    get: async (key) => (await run("get", () => client.get(key))) ?? undefined,
    set: async (key, value, ttlMs) => void (await run("set", () => client.set(key, value, "PX", wholeMs(ttlMs)))),
    async setIfAbsent(key, value, ttlMs) {
      const there = await run("set_if_absent", () => client.set(key, value, "PX", wholeMs(ttlMs), "NX", "GET"));
      return there === null || there === value;
    },
    delete: async (key) => void (await run("delete", () => client.del(key))),
    async increment(key, ttlMs) {
      const [count, resetMs] = await run("increment", () => client.increment(key, wholeMs(ttlMs)));
      return { count, resetMs };
    },
    decrement: async (key) => void (await run("decrement", () => client.decrement(key))),
    async addToSet(key, members) {
      const given = [...members].map(([member, ttlMs]) => [member, wholeMs(ttlMs)]);
      for (let at = 0; at < given.length; at += PAGE) {
        const page = given.slice(at, at + PAGE).flat();
        await run("add_to_set", () => client.addToSet(...keysOfSet(key), randomUUID(), ...page));
      }
    },
    async changesOf(key, since = ":0") {
      const [epoch = "", version = "0"] = since.split(":");
      const answer = await run("changes_of", () => client.changesOfSet(...keysOfSet(key), epoch, version, PAGE));
      const [newEpoch, next, isFull, isFirst, ...rest] = answer;
      return {
        members: new Map(pairs(rest)),
        next: newEpoch === "" ? undefined : `${newEpoch}:${next}`,
        hasMore: isFull === 1,
        isFirst: isFirst === 1,
      };
    },
    async addDistinct(name, bucket, members, ttlMs) {
      for (let at = 0; at < members.length; at += PAGE) {
        const page = members.slice(at, at + PAGE);
        await run("add_distinct", () => client.addDistinct(keyOfBucket(name, bucket), wholeMs(ttlMs), ...page));
      }
    },
    async countDistinct(name, buckets) {
      if (buckets.length === 0) return 0;
      return run("count_distinct", () => client.pfcount(...buckets.map((bucket) => keyOfBucket(name, bucket))));
    },
    async [Symbol.asyncDispose]() {
      unwatch();
      client.disconnect();
    },
  };
}

/** The braces put the keys of one set into one slot. */
function keysOfSet(key: string): readonly string[] {
  return [`{${key}}:ends`, `{${key}}:versions`, `{${key}}:head`];
}

/** The braces put all buckets of a name into one slot. */
function keyOfBucket(name: string, bucket: string): string {
  return `{${name}}:${bucket}`;
}

/** Redis takes whole milliseconds, and none that are over. */
function wholeMs(ttlMs: number): number {
  return Math.max(1, Math.ceil(ttlMs));
}

function* pairs(flat: readonly (string | number)[]): Generator<[string, number]> {
  for (let i = 0; i < flat.length; i += 2) yield [String(flat[i]), Number(flat[i + 1])];
}
