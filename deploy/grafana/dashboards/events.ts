import { chart } from "../build/chart.ts";
import type { Dashboard, Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { instant, range } from "../build/query.ts";
import { table } from "../build/table.ts";
import { eventsVerdicts } from "./events-verdicts.ts";
import { counted, LAG, quantile, rate, sumBy } from "./expressions.ts";
import { storing } from "./events-storing.ts";

const outbox: Row = {
  title: "Out of the outboxes, into Kafka",
  panels: [
    chart({
      title: "Oldest unsent event",
      description:
        "How long the oldest event waits in each outbox. It grows while the bus is away, and falls to 0 when it is back.",
      after: { mayBeZero: "an empty outbox is 0 seconds behind" },
      queries: [range("max by (service) (outbox_oldest_unsent_seconds)", "{{service}}")],
      look: { unit: "s", min: 0, thresholds: rising(10, 60) },
      width: 8,
    }),
    chart({
      title: "Unsent events",
      description: "How many events wait in each outbox, counted up to 10,000.",
      after: { mayBeZero: "the relay is faster than a scrape" },
      queries: [range("max by (service) (outbox_unsent_events)", "{{service}}")],
      look: { unit: "short", decimals: 0, min: 0 },
      width: 8,
    }),
    chart({
      title: "Published events",
      description:
        "Events that the relays handed over, per second, by topic. Topic dlq: events that a consumer gave up.",
      after: "suite",
      queries: [range(sumBy("topic", rate("outbox_published_total")), "{{topic}}")],
      look: { unit: "suffix:/s" },
      width: 8,
    }),
    chart({
      title: "Time of a send",
      description: "95 % of the sends to the bus, acknowledged by all replicas, are faster; by topic.",
      after: "suite",
      queries: [range(quantile(0.95, "topic", "bus_publish_duration_seconds"), "{{topic}}")],
      look: { unit: "s", min: 0, thresholds: rising(0.25, 1) },
      width: 8,
    }),
    chart({
      title: "Sends that failed",
      description: "How many. `partial`: the bus took some records of the send; the others are sent again.",
      after: "faults",
      queries: [
        range(counted("topic, outcome", 'bus_publish_duration_seconds_count{outcome!="ok"}'), "{{topic}} {{outcome}}"),
      ],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None failed" },
      bars: true,
      stacked: true,
      width: 8,
    }),
    chart({
      title: "Records on the bus",
      description: "Records that the bus acknowledged, per second, by topic; log lines are in `logs`.",
      after: "suite",
      queries: [range(sumBy("topic", rate("bus_published_records_total")), "{{topic}}")],
      look: { unit: "suffix:/s" },
      width: 8,
    }),
  ],
};

const consumers: Row = {
  title: "Into the consumers",
  panels: [
    chart({
      title: "Lag by consumer and topic",
      description:
        "Records that a consumer has not finished. A line that only rises: it is too slow, or stands at an event it cannot apply yet.",
      after: { mayBeZero: "consumers that keep up are 0 records behind" },
      queries: [range(`sum by (consumer, topic) (${LAG})`, "{{consumer}} of {{topic}}")],
      look: { unit: "short", decimals: 0, min: 0, thresholds: rising(100, 1000) },
      width: 12,
    }),
    table({
      title: "Lag by partition",
      description:
        "Where the lag is. One partition alone: its consumer died or waits; all of them: the consumer is away.",
      after: { mayBeZero: "consumers that keep up are 0 records behind" },
      queries: [instant(LAG)],
      columns: [
        { field: "consumer", title: "Consumer" },
        { field: "topic", title: "Topic" },
        { field: "partition", title: "Partition", width: 80 },
        { field: "Value", title: "Records behind", decimals: 0, width: 130, thresholds: rising(100, 1000) },
      ],
      sortBy: { title: "Records behind", desc: true },
      width: 12,
      height: 7,
    }),
    chart({
      title: "What became of events",
      description:
        "Per second. Applied; duplicate or stale: seen before, skipped: not for this consumer; parked: set aside, see dlq.",
      after: "suite",
      queries: [range(sumBy("consumer, outcome", rate("events_consumed_total")), "{{consumer}} {{outcome}}")],
      look: { unit: "suffix:/s" },
      width: 6,
    }),
    chart({
      title: "Attempts that failed",
      description: "How many. An attempt that fails is made again; after the last one the event is set aside.",
      after: "faults",
      queries: [range(counted("consumer, topic", "events_failed_total"), "{{consumer}} of {{topic}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None failed" },
      bars: true,
      stacked: true,
      width: 6,
    }),
    chart({
      title: "Given up",
      description:
        "How many records were told to dlq, after the last attempt or because nothing could read them: `npm run ops -- dlq list`.",
      after: "faults",
      queries: [range(counted("consumer, topic", "dlq_messages_total"), "{{consumer}} of {{topic}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None given up" },
      bars: true,
      stacked: true,
      width: 6,
    }),
    chart({
      title: "Time of an event",
      description: "95 % of the events are applied faster, all attempts included; by consumer.",
      after: "suite",
      queries: [range(quantile(0.95, "consumer", "event_process_duration_seconds"), "{{consumer}}")],
      look: { unit: "s", min: 0, thresholds: rising(0.25, 1) },
      width: 6,
    }),
  ],
};

export const EVENTS: Dashboard = {
  uid: "events",
  title: "Kafka and outbox",
  description: "The way of events: outbox, bus, consumers, ClickHouse; where they wait, and which were set aside.",
  variables: [],
  rows: [eventsVerdicts, outbox, consumers, storing],
};
