import { Redis } from "ioredis";

/** Deletes every key that begins with one of these, of a server that others use as well. */
export async function forgetKeys(url: string, prefixes: readonly string[]): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: "test-*", count: 1_000 }) as AsyncIterable<string[]>) {
      const ours = keys.filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
      if (ours.length > 0) await redis.unlink(ours);
    }
  } finally {
    redis.disconnect();
  }
}
