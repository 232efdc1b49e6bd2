import type { KeyValueStore, SetChanges } from "./key-value-store.ts";
import { createMemorySet, type MemorySet } from "./memory-set.ts";

interface Entry<T> {
  readonly value: T;
  /** Milliseconds of the clock. */
  readonly expiresAt: number;
}

/** How often what expired is thrown away. */
const SWEEP_MS = 10_000;
const EMPTY: SetChanges = { members: new Map(), next: undefined, hasMore: false, isFirst: true };

/** A store in this process's memory, for one process that holds every service. */
export function createMemoryStore(now: () => number = Date.now): KeyValueStore {
  const values = new Map<string, Entry<string>>();
  const counters = new Map<string, Entry<number>>();
  const sets = new Map<string, MemorySet>();
  const buckets = new Map<string, Entry<Set<string>>>();

  const live = <T>(map: Map<string, Entry<T>>, key: string): Entry<T> | undefined => {
    const entry = map.get(key);
    return entry && entry.expiresAt > now() ? entry : undefined;
  };
  const dropExpired = (map: Map<string, Entry<unknown>>): void => {
    for (const [key, { expiresAt }] of map) if (expiresAt <= now()) map.delete(key);
  };
  const sweep = setInterval(() => {
    dropExpired(values);
    dropExpired(counters);
    dropExpired(buckets);
    for (const [key, set] of sets) if (!set.sweep()) sets.delete(key);
  }, SWEEP_MS).unref();

  return {
    get: async (key) => live(values, key)?.value,
    set: async (key, value, ttlMs) => void values.set(key, { value, expiresAt: now() + ttlMs }),
    setIfAbsent: async (key, value, ttlMs) => {
      const there = live(values, key);
      if (there) return there.value === value;
      values.set(key, { value, expiresAt: now() + ttlMs });
      return true;
    },
    delete: async (key) => {
      values.delete(key);
      counters.delete(key);
    },
    increment: async (key, ttlMs) => {
      const { value, expiresAt } = live(counters, key) ?? { value: 0, expiresAt: now() + ttlMs };
      counters.set(key, { value: value + 1, expiresAt });
      return { count: value + 1, resetMs: expiresAt - now() };
    },
    decrement: async (key) => {
      const counter = live(counters, key);
      if (counter && counter.value > 0) counters.set(key, { ...counter, value: counter.value - 1 });
    },
    addToSet: async (key, members) => {
      const set = sets.get(key) ?? createMemorySet(now);
      sets.set(key, set);
      set.add(members);
    },
    changesOf: async (key, since) => sets.get(key)?.changes(since) ?? EMPTY,
    addDistinct: async (name, bucket, members, ttlMs) => {
      const key = `${name}:${bucket}`;
      const value = live(buckets, key)?.value ?? new Set();
      for (const member of members) value.add(member);
      buckets.set(key, { value, expiresAt: now() + ttlMs });
    },
    countDistinct: async (name, asked) => {
      const members = asked.flatMap((bucket) => [...(live(buckets, `${name}:${bucket}`)?.value ?? [])]);
      return new Set(members).size;
    },
    [Symbol.asyncDispose]: async () => clearInterval(sweep),
  };
}
