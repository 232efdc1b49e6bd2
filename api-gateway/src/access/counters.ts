import { Counter } from "prom-client";
import type { KeyValueStore } from "@animal-delivery/platform/kv/key-value-store";
import { createMemoryStore } from "@animal-delivery/platform/kv/memory";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";

/** Counters that fail nobody. */
export type Counters = Pick<KeyValueStore, "increment" | "decrement" | "delete">;

/** While the store is away, one request of each second finds out whether it is back; the others do not wait for it. */
const PROBE_MS = 1_000;

/**
 * Counts in the store that all gateways share or, while it does not answer, in this process: limits are looser then, by as
 * many times as there are gateways, but no request is refused for it and none goes uncounted.
 */
export function createCounters(shared: Counters, { log, meters }: Pick<Telemetry, "log" | "meters">): Counters {
  const own = createMemoryStore();
  const fallbacks = new Counter({
    name: "rate_limit_fallbacks_total",
    help: "requests counted by this process alone, since the shared store did not answer",
    registers: [meters.registry],
  });
  let isAway = false;
  let probeAt = 0;

  const inShared = async <T>(work: (kv: Counters) => Promise<T>): Promise<T> => {
    if (isAway) probeAt = Date.now() + PROBE_MS;
    try {
      const answer = await work(shared);
      if (isAway) log.info("requests are counted in the shared store again");
      isAway = false;
      return answer;
    } catch (err) {
      if (!isAway) log.warn("requests are counted by this process alone, the shared store is away", { err });
      isAway = true;
      probeAt = Date.now() + PROBE_MS;
      fallbacks.inc();
      return work(own);
    }
  };
  const use = async <T>(work: (kv: Counters) => Promise<T>): Promise<T> => {
    if (!isAway || Date.now() >= probeAt) return inShared(work);
    fallbacks.inc();
    return work(own);
  };

  return {
    increment: async (...call) => use(async (kv) => kv.increment(...call)),
    decrement: async (...call) => use(async (kv) => kv.decrement(...call)),
    delete: async (...call) => use(async (kv) => kv.delete(...call)),
  };
}
