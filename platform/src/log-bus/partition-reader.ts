import { backoffMs, type Backoff } from "../backoff.ts";
import type { Logger } from "../log/logger.ts";
import type { Batch, ConsumedRecord } from "../bus/bus.ts";
import { partitionLost } from "../bus/bus-errors.ts";
import type { Claim } from "./group-store.ts";
import type { Position } from "./fetch-records.ts";

export interface ReaderOptions {
  readonly claim: Claim;
  readonly handle: (batch: Batch) => Promise<void>;
  /** Moves the group on; false when the partition is somebody else's. */
  readonly commit: (nextOffset: bigint) => Promise<boolean>;
  /** Called when a batch has ended. */
  readonly ended: () => void;
  readonly backoff: Backoff;
  readonly log: Logger;
}

/** One partition that this member reads: its position, and at most one batch at a time. */
export interface PartitionReader {
  readonly claim: Claim;
  /** Where to read on; undefined while a batch is with the handler, or a failed one waits for its next attempt. */
  next(): Position | undefined;
  start(records: readonly ConsumedRecord[]): void;
  /** How long the handler of the running batch has not been heard of. */
  silentMs(): number;
  /** Tells the handler to end, and lets no batch start any more. */
  abort(): void;
  /** Resolves when no batch is running. */
  settled(): Promise<void>;
}

export function createPartitionReader({ claim, handle, commit, ended, backoff, log }: ReaderOptions): PartitionReader {
  const { topic, partition } = claim;
  const controller = new AbortController();
  let nextOffset = claim.nextOffset;
  let running: Promise<void> | undefined;
  let heardAtMs = 0;
  let failures = 0;
  let resumeAtMs = 0;

  const batchOf = (records: readonly ConsumedRecord[]): Batch => ({
    topic,
    partition,
    records,
    signal: controller.signal,
    async commit(offset) {
      heardAtMs = performance.now();
      if (!(await commit(offset + 1n))) {
        controller.abort();
        throw partitionLost(topic, partition);
      }
      nextOffset = offset + 1n;
    },
    async heartbeat() {
      heardAtMs = performance.now();
    },
  });
  const run = async (records: readonly ConsumedRecord[]): Promise<void> => {
    const before = nextOffset;
    try {
      await handle(batchOf(records));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!controller.signal.aborted) log.warn("consumer failed, its batch comes again", { topic, partition, error });
    }
    // A handler that neither fails nor gets on is not asked again at once either.
    if (failures > 0 || nextOffset === before)
      resumeAtMs = performance.now() + backoffMs(backoff, Math.max(1, failures));
  };

  return {
    claim,
    next: () => {
      const mustWait = running !== undefined || controller.signal.aborted || performance.now() < resumeAtMs;
      return mustWait ? undefined : { topic, partition, nextOffset };
    },
    start(records) {
      heardAtMs = performance.now();
      running = run(records).finally(() => {
        running = undefined;
        ended();
      });
    },
    silentMs: () => (running ? performance.now() - heardAtMs : 0),
    abort: () => controller.abort(),
    settled: async () => running,
  };
}
