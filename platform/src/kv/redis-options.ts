/** A Redis server or cluster and what of it is ours. */
export interface RedisOptions {
  /** `redis://` or, over TLS, `rediss://` URLs with user, password and database; of a cluster some of its nodes. */
  readonly urls: readonly string[];
  readonly cluster: boolean;
  /** Who signed the servers' certificates; undefined for the system's authorities. */
  readonly caFile?: string | undefined;
  /** Stands before every key. */
  readonly keyPrefix: string;
}
