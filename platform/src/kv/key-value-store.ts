/** Counters, login sessions and denied session ids. Two adapters: memory and Redis. Values vanish: nothing here is a record. */
export interface KeyValueStore extends AsyncDisposable {
  /** The value; undefined when there is none or it expired. */
  get(key: string): Promise<string | undefined>;
  /** Stores a value for `ttlMs`. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Stores a value for `ttlMs` unless there is one; whether it did. A repeated call with the same value answers true. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Adds one and answers the count; the first call of a window starts `ttlMs`. */
  increment(key: string, ttlMs: number): Promise<{ count: number; resetMs: number }>;
  /** Puts a member with its own expiry into a set. */
  addToSet(key: string, member: string, ttlMs: number): Promise<void>;
  /** The live members of a set with the milliseconds each has left. */
  membersOf(key: string): Promise<ReadonlyMap<string, number>>;
}
