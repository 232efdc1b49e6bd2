import { backoffMs, type Backoff } from "../backoff.ts";
import type { Batch, ConsumedRecord } from "../bus/bus.ts";
import { partitionLost } from "../bus/bus-errors.ts";
import type { Logger } from "../log/logger.ts";
import { pause } from "../pause.ts";

/** What a fetch brought of one partition. */
export interface FetchedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
  /** Moves the group on; false when the partition is somebody else's. */
  readonly commit: (nextOffset: bigint) => Promise<boolean>;
}

export interface WorkOptions {
  readonly handle: (batch: Batch) => Promise<void>;
  readonly batchRecordsMax: number;
  readonly backoff: Backoff;
  readonly log: Logger;
}

/** The handler at work on what a fetch brought. */
export interface PartitionWork {
  /** Resolves when all records are committed, with true, or when the work was told to end and has. */
  readonly done: Promise<boolean>;
  /** How long the handler has not been heard of. */
  silentMs(): number;
  /** Tells the handler to end. What it commits still counts. */
  end(): void;
  /** Ends it, and nothing that it commits counts any more. */
  fence(): void;
}

/** Hands records to the handler, in batches of the size it asked for, until all are committed. */
export function startWork(
  fetched: FetchedRecords,
  { handle, batchRecordsMax, backoff, log }: WorkOptions,
): PartitionWork {
  const { topic, partition } = fetched;
  const controller = new AbortController();
  let isFenced = false;
  let heardAtMs = performance.now();
  let rest = fetched.records;

  const commit = async (offset: bigint): Promise<void> => {
    heardAtMs = performance.now();
    if (isFenced || !(await fetched.commit(offset + 1n))) {
      isFenced = true;
      controller.abort();
      throw partitionLost(topic, partition);
    }
    rest = rest.filter((record) => record.offset > offset);
  };
  const heartbeat = async (): Promise<void> => {
    heardAtMs = performance.now();
  };
  const batchOf = (records: readonly ConsumedRecord[]): Batch => {
    return { topic, partition, records, signal: controller.signal, commit, heartbeat };
  };

  const run = async (): Promise<boolean> => {
    let failures = 0;
    while (rest.length > 0 && !controller.signal.aborted) {
      const before = rest;
      heardAtMs = performance.now();
      try {
        await handle(batchOf(rest.slice(0, batchRecordsMax)));
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!controller.signal.aborted) log.warn("consumer failed, its batch comes again", { topic, partition, error });
      }
      heardAtMs = Number.POSITIVE_INFINITY;
      // A handler that neither fails nor gets on is not asked again at once either.
      if (failures > 0 || rest === before) await pause(backoffMs(backoff, Math.max(1, failures)), controller.signal);
    }
    return rest.length === 0;
  };
  return {
    done: run(),
    silentMs: () => Math.max(0, performance.now() - heardAtMs),
    end: () => controller.abort(),
    fence: () => {
      isFenced = true;
      controller.abort();
    },
  };
}
