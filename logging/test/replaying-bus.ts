import type { Batch, Bus, ConsumedRecord } from "@animal-delivery/platform/bus/bus";

/** Records of one partition. */
export interface GivenBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
}

/**
 * The consuming side of a bus at its worst that is still allowed: it gives each batch twice, as after a commit that was lost.
 * Only batches of the topics that a consumer asks for.
 */
export function replayingBus(batches: readonly GivenBatch[]): Bus {
  return {
    system: "log_bus",
    recordBytesMax: 1_000_000,
    ensureTopics: async () => [],
    publish: async () => new Set(),
    lag: async () => [],
    async consume({ topics, handle }, signal) {
      const wanted = batches.filter(({ topic }) => topics.includes(topic));
      for (const given of [...wanted, ...wanted]) await handle(batchOf(given, signal));
    },
    async [Symbol.asyncDispose]() {},
  };
}

function batchOf(given: GivenBatch, signal: AbortSignal): Batch {
  return { ...given, signal, commit: async () => undefined, heartbeat: async () => undefined };
}
