import type { KeyValueStore } from "./key-value-store.ts";

interface Entry<T> {
  readonly value: T;
  /** Milliseconds of the clock. */
  readonly expiresAt: number;
}

/** How often what expired is thrown away. */
const SWEEP_MS = 10_000;

/** A store in this process's memory, for one process that holds every service. */
export function createMemoryStore(now: () => number = Date.now): KeyValueStore {
  const values = new Map<string, Entry<string>>();
  const counters = new Map<string, Entry<number>>();
  const sets = new Map<string, Map<string, Entry<true>>>();

  const live = <T>(map: Map<string, Entry<T>>, key: string): Entry<T> | undefined => {
    const entry = map.get(key);
    return entry && entry.expiresAt > now() ? entry : undefined;
  };
  const dropExpired = (map: Map<string, Entry<unknown>>): void => {
    for (const [key, { expiresAt }] of map) if (expiresAt <= now()) map.delete(key);
  };
  const sweep = setInterval(() => {
    for (const map of [values, counters, ...sets.values()]) dropExpired(map);
    for (const [key, members] of sets) if (members.size === 0) sets.delete(key);
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
      sets.delete(key);
    },
    increment: async (key, ttlMs) => {
      const { value, expiresAt } = live(counters, key) ?? { value: 0, expiresAt: now() + ttlMs };
      counters.set(key, { value: value + 1, expiresAt });
      return { count: value + 1, resetMs: expiresAt - now() };
    },
    addToSet: async (key, member, ttlMs) => {
      const members = sets.get(key) ?? new Map<string, Entry<true>>();
      sets.set(key, members.set(member, { value: true, expiresAt: now() + ttlMs }));
    },
    membersOf: async (key) => {
      const members = [...(sets.get(key) ?? [])].map(([member, { expiresAt }]) => [member, expiresAt - now()] as const);
      return new Map(members.filter(([, leftMs]) => leftMs > 0));
    },
    [Symbol.asyncDispose]: async () => clearInterval(sweep),
  };
}
