import { DomainError } from "../errors.ts";
import type { KeyValueStore } from "../kv/key-value-store.ts";
import { createMemoryStore } from "../kv/memory.ts";

/** A store in memory that does what a server far away may do. */
export interface FragileStore extends KeyValueStore {
  /** Lets every call fail from now on, or work again. */
  setAway(isAway: boolean): void;
  /** Loses everything, as a flush does. */
  flush(): void;
  /** How many calls failed. */
  refused(): number;
}

export function fragileStore(): FragileStore {
  let inner = createMemoryStore();
  let isAway = false;
  let refused = 0;
  const there = async (): Promise<KeyValueStore> => {
    if (!isAway) return inner;
    refused++;
    throw new DomainError("unavailable", "UNAVAILABLE", "the key-value store does not answer");
  };
  return {
    setAway: (value) => void (isAway = value),
    flush: () => void (inner = createMemoryStore()),
    refused: () => refused,
    get: async (...call) => (await there()).get(...call),
    set: async (...call) => (await there()).set(...call),
    setIfAbsent: async (...call) => (await there()).setIfAbsent(...call),
    delete: async (...call) => (await there()).delete(...call),
    increment: async (...call) => (await there()).increment(...call),
    decrement: async (...call) => (await there()).decrement(...call),
    addToSet: async (...call) => (await there()).addToSet(...call),
    changesOf: async (...call) => (await there()).changesOf(...call),
    addDistinct: async (...call) => (await there()).addDistinct(...call),
    countDistinct: async (...call) => (await there()).countDistinct(...call),
    [Symbol.asyncDispose]: async () => inner[Symbol.asyncDispose](),
  };
}
