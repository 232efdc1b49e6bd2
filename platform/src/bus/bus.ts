/** A topic as the code wants it. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** How long records are kept. */
  readonly retentionMs: number;
  /** How much one partition keeps, in bytes; undefined for no limit. */
  readonly retentionBytes?: number;
}

/** A record to publish. */
export interface BusRecord {
  /** Chooses the partition: records of one key keep their order. */
  readonly key: string;
  readonly value: Uint8Array;
  /** Names in lower case: `traceparent`, `correlation-id`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A record as consumers see it. */
export interface ConsumedRecord extends BusRecord {
  /** Its place in the partition; grows, with gaps allowed. */
  readonly offset: bigint;
  /** When the bus took it. */
  readonly timestamp: Date;
}

/** Records of one partition in order, lent to a handler. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
  /** Aborts when the partition goes to another member or the consumer stops: end soon, commit nothing more. */
  readonly signal: AbortSignal;
  /** Commits everything up to and with `offset`. Call it after the effect is durable. Fenced: a member that lost the
   * partition throws. */
  commit(offset: bigint): Promise<void>;
  /** Tells the bus that the handler lives; call it at least every few seconds inside long work. */
  heartbeat(): Promise<void>;
}

export interface ConsumeOptions {
  /** The consumer group; a new group reads from the beginning, and so does one whose offset is out of range. */
  readonly group: string;
  readonly topics: readonly string[];
  /** How many records a batch holds at most. */
  readonly batchRecordsMax: number;
  /**
   * Works on one batch. What it did not commit when it returns or throws comes again; after a throw with back-off.
   * Batches of different partitions may run at once, those of one partition never.
   */
  readonly handle: (batch: Batch) => Promise<void>;
}

/** A consumer group's distance from the end of a partition. */
export interface Lag {
  readonly topic: string;
  readonly partition: number;
  /** Records not yet committed. */
  readonly records: bigint;
}

/**
 * The event bus: topics with partitions, at least once, in order per key. Two adapters: a durable log in Postgres and Kafka.
 * Duplicates are never removed here: consumers remember event ids.
 */
export interface Bus extends AsyncDisposable {
  /** What spans call it: `messaging.system.name`. */
  readonly system: "kafka" | "log_bus";
  /** Makes the topics that are missing; answers those that exist otherwise than wanted, as text. Topics are never made by use. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<string[]>;
  /**
   * Publishes records of one topic. Per partition they are appended in the given order.
   *
   * @returns the indices into `records` that the bus acknowledged as durable; what is missing may be published again.
   * @throws {DomainError} unavailable when nothing was acknowledged; tooLarge REQUEST_TOO_LARGE when a record is over
   *   `recordBytesMax` (nothing of the call was published then).
   */
  publish(topic: string, records: readonly BusRecord[]): Promise<ReadonlySet<number>>;
  /** Largest value plus key and headers of one record, in bytes. */
  readonly recordBytesMax: number;
  /** Consumes until `signal` aborts, surviving outages with back-off; resolves when the group has been left. */
  consume(options: ConsumeOptions, signal: AbortSignal): Promise<void>;
  /** How far a group is behind, per partition of the topics. */
  lag(group: string, topics: readonly string[]): Promise<Lag[]>;
}
