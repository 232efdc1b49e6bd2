import type { Context } from "@opentelemetry/api";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Database } from "../db/database.ts";
import { exemplarLabels } from "../telemetry/exemplar.ts";
import type { Meters } from "../telemetry/metrics.ts";
import { countParked } from "./inbox-store.ts";

/** What became of a record; `answered`: its effect was given up, and whoever asked for it was told. */
export type Outcome =
  | "applied"
  | "duplicate"
  | "stale"
  | "skipped"
  | "parked"
  | "answered"
  | "deadLettered"
  | "undecodable";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What one consumer tells about itself. */
export interface InboxMetrics {
  /** `trace` is the event's. */
  consumed(topic: string, outcome: Outcome, seconds: number, trace: Context): void;
  failed(topic: string): void;
  /** A record went to the dead letters. */
  deadLettered(topic: string): void;
}

export interface ObservedConsumer {
  readonly consumer: string;
  readonly db: Database;
}

/** Metrics of one consumer; several of a service share the families. */
export function createInboxMetrics({ registry }: Meters, observed: ObservedConsumer): InboxMetrics {
  const { consumed, failed, deadLettered, duration, consumers } = familiesOf(registry);
  const { consumer } = observed;
  consumers.push(observed);
  return {
    consumed(topic, outcome, seconds, trace) {
      consumed.inc({ consumer, topic, outcome });
      duration.observe({ labels: { consumer, topic }, value: seconds, exemplarLabels: exemplarLabels(trace) });
    },
    failed: (topic) => failed.inc({ consumer, topic }),
    deadLettered: (topic) => deadLettered.inc({ consumer, topic }),
  };
}

interface Families {
  readonly consumed: Counter<"consumer" | "topic" | "outcome">;
  readonly failed: Counter<"consumer" | "topic">;
  readonly deadLettered: Counter<"consumer" | "topic">;
  readonly duration: Histogram;
  readonly parked: Gauge<"consumer">;
  /** Whom the gauges ask at each scrape. */
  readonly consumers: ObservedConsumer[];
}

const families = new WeakMap<Registry<never>, Families>();

function familiesOf(registry: Meters["registry"]): Families {
  const key = registry as unknown as Registry<never>;
  const known = families.get(key);
  if (known) return known;
  const registers = [registry];
  const consumers: ObservedConsumer[] = [];
  const fresh: Families = {
    consumers,
    consumed: new Counter({
      name: "events_consumed_total",
      help: "Records dealt with, by what became of them",
      labelNames: ["consumer", "topic", "outcome"],
      registers,
    }),
    failed: new Counter({
      name: "events_failed_total",
      help: "Attempts at an event that failed",
      labelNames: ["consumer", "topic"],
      registers,
    }),
    deadLettered: new Counter({
      name: "dlq_messages_total",
      help: "Records given up and told to the dead letters, by where they came from",
      labelNames: ["consumer", "topic"],
      registers,
    }),
    duration: new Histogram({
      name: "event_process_duration_seconds",
      help: "How long a record took, all its attempts included",
      labelNames: ["consumer", "topic"],
      enableExemplars: true,
      buckets: SECONDS,
      registers,
    }),
    parked: new Gauge({
      name: "inbox_parked_events",
      help: "Events set aside, those behind a failed one included",
      labelNames: ["consumer"],
      registers,
      async collect() {
        await Promise.all(consumers.map((each) => setParked(this, each)));
      },
    }),
  };
  families.set(key, fresh);
  return fresh;
}

async function setParked(gauge: Families["parked"], { consumer, db }: ObservedConsumer): Promise<void> {
  // While the database is away there is nothing to tell; the last value stays.
  const events = await countParked(db, consumer).catch(() => undefined);
  if (events !== undefined) gauge.set({ consumer }, events);
}
