import type { BusRecord } from "../bus/bus.ts";
import type { PartitionWorks } from "./partition-works.ts";

/** A Kafka library behind the few calls that our adapter makes. Each call ends in bounded time. */
export interface KafkaDriver extends AsyncDisposable {
  readonly admin: KafkaAdmin;
  /** Connects an idempotent producer. */
  openProducer(): Promise<KafkaProducer>;
  /**
   * Takes part in a group until `end` aborts, then leaves it. Rejects when the membership is lost for good.
   *
   * What it fetches it hands to `works`, one batch of a partition at a time; it waits for their end before it joins a new
   * generation of the group.
   */
  takePart(membership: Membership, end: AbortSignal): Promise<void>;
}

export interface KafkaAdmin {
  /** Undefined when there is no such topic. */
  findTopic(topic: string): Promise<FoundTopic | undefined>;
  createTopic(topic: NewTopic): Promise<void>;
  /** The settings of a topic by their names in Kafka. */
  topicSettings(topic: string): Promise<ReadonlyMap<string, string>>;
  /** What each partition holds; `next` is the offset that the next record gets. */
  listOffsets(topic: string): Promise<readonly HeldOffsets[]>;
  /** Where a group goes on in each partition; partitions that it never committed are missing. */
  listCommitted(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>;
}

export interface FoundTopic {
  readonly partitions: number;
  readonly replication: number;
}

export interface NewTopic extends FoundTopic {
  readonly topic: string;
  readonly settings: ReadonlyMap<string, string>;
}

export interface HeldOffsets {
  readonly partition: number;
  readonly first: bigint;
  readonly next: bigint;
}

/** A producer. After a send that failed it must not be used again: its sequence numbers are not to be trusted. */
export interface KafkaProducer {
  /** Sends records to one partition; whether the broker's answer names that partition as stored. */
  send(topic: string, partition: number, records: readonly BusRecord[]): Promise<boolean>;
  close(): Promise<void>;
}

export interface Membership {
  readonly group: string;
  readonly topics: readonly string[];
  readonly works: PartitionWorks;
  /** To be called at each sign that the membership lives: a fetch, a heartbeat, a join. */
  readonly alive: () => void;
}
