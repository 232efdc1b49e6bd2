import type { KeyValueStore } from "../kv/key-value-store.ts";

const KEY = "denied-sessions";
/** How often the whole set is compared, on top of what is pulled: a replica that took over may lack the last changes. */
const COMPARE_MS = 60_000;

/** This process's copy of the denied sessions. */
export interface DeniedCopy {
  isDenied(sessionId: string): boolean;
  deny(sessionId: string, ttlMs: number): Promise<void>;
  /** Takes in what the store has that the copy lacks; puts back what the store has lost. @returns how many were put back. */
  pull(): Promise<number>;
  size(): number;
}

/**
 * Every process knows the set and none owns it: whatever the store loses, by a flush or by a hand-over to a replica that
 * lagged, comes back from whoever knows it. ADR 0024.
 */
export function createDeniedCopy(kv: Pick<KeyValueStore, "addToSet" | "changesOf">): DeniedCopy {
  /** Session id -> when its denial ends. */
  const denied = new Map<string, number>();
  let cursor: string | undefined;
  let compareAt = 0;

  const note = (sessionId: string, leftMs: number): void => {
    denied.set(sessionId, Math.max(denied.get(sessionId) ?? 0, Date.now() + leftMs));
  };

  /** The members that were read, when they are the whole set. */
  const read = async (): Promise<ReadonlySet<string> | undefined> => {
    let all: Set<string> | undefined;
    for (;;) {
      const { members, next, hasMore, isFirst } = await kv.changesOf(KEY, cursor);
      if (isFirst) all = new Set();
      for (const [sessionId, leftMs] of members) {
        note(sessionId, leftMs);
        all?.add(sessionId);
      }
      cursor = next;
      if (!hasMore) return all;
    }
  };

  /** What the store may not have heard, the next comparison tells it. */
  const orCompareSoon = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      compareAt = 0;
      throw error;
    }
  };

  const putBack = async (there: ReadonlySet<string>): Promise<number> => {
    const now = Date.now();
    for (const [sessionId, until] of denied) if (until <= now) denied.delete(sessionId);
    const lost = [...denied].filter(([sessionId]) => !there.has(sessionId));
    if (lost.length > 0) await kv.addToSet(KEY, new Map(lost.map(([sessionId, until]) => [sessionId, until - now])));
    return lost.length;
  };

  return {
    isDenied: (sessionId) => (denied.get(sessionId) ?? 0) > Date.now(),
    size: () => denied.size,
    async deny(sessionId, ttlMs) {
      note(sessionId, ttlMs);
      await orCompareSoon(() => kv.addToSet(KEY, new Map([[sessionId, ttlMs]])));
    },
    async pull() {
      if (Date.now() >= compareAt) {
        cursor = undefined;
        compareAt = Date.now() + COMPARE_MS * (0.75 + Math.random() / 2);
      }
      return orCompareSoon(async () => {
        const all = await read();
        return all ? putBack(all) : 0;
      });
    },
  };
}
