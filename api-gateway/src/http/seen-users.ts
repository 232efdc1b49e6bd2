export interface SeenUsersOptions {
  /** How long a user counts after their last request. */
  readonly windowMs: number;
  /** How finely times are told to others. */
  readonly bucketMs: number;
  readonly now: () => number;
}

/** The users whom this process saw lately, and those of them that nobody was told of yet. */
export interface SeenUsers {
  seen(subject: string): void;
  count(): number;
  /** Whom to tell others of, by the bucket they were last seen in; they count as told. */
  take(): ReadonlyMap<number, readonly string[]>;
  /** They were not told after all. */
  putBack(subjects: readonly string[]): void;
}

/** Beyond it the count is a lower bound: a metric must not be what fills the memory. */
const USERS_MAX = 100_000;

export function createSeenUsers({ windowMs, bucketMs, now }: SeenUsersOptions): SeenUsers {
  // Its order is that of the last requests, the longest ago first.
  const lastSeenAt = new Map<string, number>();
  /** None that the map above does not have. */
  const untold = new Set<string>();
  const bucketOf = (at: number): number => Math.floor(at / bucketMs);
  const forget = (): void => {
    for (const [subject, at] of lastSeenAt) {
      if (at > now() - windowMs && lastSeenAt.size <= USERS_MAX) return;
      lastSeenAt.delete(subject);
      untold.delete(subject);
    }
  };
  return {
    seen(subject) {
      const before = lastSeenAt.get(subject);
      if (before === undefined || bucketOf(before) !== bucketOf(now())) untold.add(subject);
      lastSeenAt.delete(subject);
      lastSeenAt.set(subject, now());
      if (lastSeenAt.size > USERS_MAX) forget();
    },
    count() {
      forget();
      return lastSeenAt.size;
    },
    take() {
      forget();
      const taken = Map.groupBy(untold, (subject) => bucketOf(lastSeenAt.get(subject) ?? now()));
      untold.clear();
      return taken;
    },
    putBack(subjects) {
      for (const subject of subjects) if (lastSeenAt.has(subject)) untold.add(subject);
    },
  };
}
