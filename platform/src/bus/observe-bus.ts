import { Counter, Gauge, Histogram } from "prom-client";
import type { Meters } from "../telemetry/metrics.ts";
import { within } from "../within.ts";
import type { Bus, BusRecord } from "./bus.ts";

/** How long a scrape waits for the bus. */
const LAG_MS_MAX = 2_000;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The same bus, told of in metrics: how sends go, and how far behind every group is that consumes through it. */
export function observeBus(bus: Bus, meters: Meters): Bus {
  const { published, duration, groups } = createMetrics(bus, meters);

  const publish = async (topic: string, records: readonly BusRecord[]): Promise<ReadonlySet<number>> => {
    const end = duration.startTimer({ topic });
    try {
      const acknowledged = await bus.publish(topic, records);
      end({ outcome: acknowledged.size === records.length ? "ok" : "partial" });
      published.inc({ topic }, acknowledged.size);
      return acknowledged;
    } catch (error) {
      end({ outcome: "error" });
      throw error;
    }
  };
  return {
    system: bus.system,
    recordBytesMax: bus.recordBytesMax,
    ensureTopics: (topics) => bus.ensureTopics(topics),
    publish,
    async consume(options, signal) {
      groups.set(options.group, options.topics);
      await bus.consume(options, signal).finally(() => groups.delete(options.group));
    },
    lag: (group, topics) => bus.lag(group, topics),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

function createMetrics(bus: Bus, { registry }: Meters) {
  const registers = [registry];
  /** Who consumes now, and what. */
  const groups = new Map<string, readonly string[]>();
  const lag = new Gauge({
    name: "consumer_lag_records",
    help: "Records of a partition that the consumer has not committed",
    labelNames: ["consumer", "topic", "partition"] as const,
    registers,
    collect: async () => {
      await Promise.all([...groups].map(([group, topics]) => setLag(group, topics)));
    },
  });
  const setLag = async (consumer: string, topics: readonly string[]): Promise<void> => {
    // While the bus is away there is nothing to tell, and no scrape waits for it; the last values stay.
    const lags = await within(LAG_MS_MAX, bus.lag(consumer, topics)).catch(() => []);
    for (const { topic, partition, records } of lags) lag.set({ consumer, topic, partition }, Number(records));
  };
  return {
    groups,
    published: new Counter({
      name: "bus_published_records_total",
      help: "Records that the bus acknowledged",
      labelNames: ["topic"] as const,
      registers,
    }),
    duration: new Histogram({
      name: "bus_publish_duration_seconds",
      help: "How long one send to the bus took",
      labelNames: ["topic", "outcome"] as const,
      buckets: SECONDS,
      registers,
    }),
  };
}
