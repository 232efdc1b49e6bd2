import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "@animal-delivery/platform/errors";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";

/** How long one process may take before another may try: longer than discovery, the token and the keys may take together. */
const LOCK_MS = 30_000;
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

export interface OneAtATime<T> {
  /** Names what must not be done twice at once. */
  readonly lock: string;
  /** What somebody's work left behind; undefined when there is nothing, so that it is still to be done. */
  readonly find: () => Promise<T | undefined>;
  /** Must leave its result where `find` sees it. */
  readonly work: () => Promise<T>;
}

/**
 * Does work that must not be done twice at once, in all processes together. Whoever comes while another is at it waits and
 * takes that one's result; when that one failed, the next tries.
 *
 * @throws {DomainError} unavailable when another is at it for too long, or the store is away.
 */
export async function onceAtATime<T>(kv: KeyValueStore, { lock, find, work }: OneAtATime<T>): Promise<T> {
  const owner = randomUUID();
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (Date.now() < giveUpAt) {
    const found = await find();
    if (found !== undefined) return found;
    const until = Date.now() + LOCK_MS;
    if (await kv.setIfAbsent(lock, owner, LOCK_MS)) {
      try {
        // Somebody may have been faster between the look and the lock.
        return (await find()) ?? (await work());
      } finally {
        // A lock that ran out is somebody else's now. One that cannot be removed runs out.
        if (Date.now() < until) await kv.delete(lock).catch(() => undefined);
      }
    }
    await sleep(POLL_MS);
  }
  throw new DomainError("unavailable", "UNAVAILABLE", "the identity provider takes too long");
}
