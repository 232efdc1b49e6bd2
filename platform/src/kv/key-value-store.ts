/**
 * Counters, login sessions, denied session ids, and how many different callers there were. Two adapters: memory and Redis. Values vanish: nothing here is a record.
 * Every function rejects with DomainError unavailable UNAVAILABLE when the store does not answer at once; what it was asked
 * may have happened all the same.
 */
export interface KeyValueStore extends AsyncDisposable {
  /** The value; undefined when there is none or it expired. */
  get(key: string): Promise<string | undefined>;
  /** Stores a value for `ttlMs`. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Stores a value for `ttlMs` unless there is one; whether it did. A repeated call with the same value answers true. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Removes a value or a counter. */
  delete(key: string): Promise<void>;
  /** Adds one and answers the count; the first call of a window starts `ttlMs`. */
  increment(key: string, ttlMs: number): Promise<Count>;
  /** Takes one back, unless the window is over. */
  decrement(key: string): Promise<void>;
  /** Puts members into a set, each for its own milliseconds; one that is there already is only ever given more time. */
  addToSet(key: string, members: ReadonlyMap<string, number>): Promise<void>;
  /** A page of a set's live members, in the order they were put in, from where the page before ended. */
  changesOf(key: string, since?: string): Promise<SetChanges>;
  /** Puts members into a bucket of a name, to be counted; the bucket goes `ttlMs` after the last call. They cannot be read back. */
  addDistinct(name: string, bucket: string, members: readonly string[], ttlMs: number): Promise<void>;
  /** How many different members the buckets of a name have together; of many, Redis is off by one in a hundred. */
  countDistinct(name: string, buckets: readonly string[]): Promise<number>;
}

export interface Count {
  readonly count: number;
  /** How long the window still lasts. */
  readonly resetMs: number;
}

export interface SetChanges {
  /** With the milliseconds each has left. */
  readonly members: ReadonlyMap<string, number>;
  /** Where the next page begins; undefined while the set is empty. */
  readonly next: string | undefined;
  readonly hasMore: boolean;
  /** The page is the set's first, even if another was asked for: the store may have lost what it had. */
  readonly isFirst: boolean;
}
