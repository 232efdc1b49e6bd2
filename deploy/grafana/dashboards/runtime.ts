import { chart } from "../build/chart.ts";
import type { Dashboard, Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { range } from "../build/query.ts";
import { rate, sumBy } from "./expressions.ts";
import { pools } from "./runtime-pools.ts";
import { telemetry } from "./runtime-telemetry.ts";
import { runtimeVerdicts } from "./runtime-verdicts.ts";
import { ANY_SERVICE } from "./variables.ts";

const OF = 'service=~"$service"';
const EACH = "{{service}} {{instance}}";

const loop: Row = {
  title: "Processor",
  panels: [
    chart({
      title: "Event loop delay",
      description:
        "How long a turn is held up, 99th percentile since the last scrape. Above 100 ms something computes where others wait.",
      after: "suite",
      queries: [range(`nodejs_eventloop_lag_p99_seconds{${OF}}`, EACH)],
      look: { unit: "s", min: 0, thresholds: rising(0.1, 0.2) },
      width: 8,
    }),
    chart({
      title: "Event loop busy",
      description: "The share of time that the loop works. Near 100 % the process needs a second one beside it.",
      after: "suite",
      queries: [range(`nodejs_eventloop_utilization_ratio{${OF}}`, EACH)],
      look: { unit: "percentunit", decimals: 0, min: 0, max: 1, thresholds: rising(0.7, 0.9) },
      width: 8,
    }),
    chart({
      title: "Processor cores used",
      description: "Of all threads of the process: V8's own and libuv's pool too.",
      after: "suite",
      queries: [range(rate(`process_cpu_seconds_total{${OF}}`), EACH)],
      look: { unit: "short", decimals: 2, min: 0 },
      width: 8,
    }),
  ],
};

const memory: Row = {
  title: "Memory",
  panels: [
    chart({
      title: "Resident memory",
      description: "What the machine gives the process. Idle, each service should need less than 200 MB.",
      after: "suite",
      queries: [range(`process_resident_memory_bytes{${OF}}`, EACH)],
      look: { unit: "bytes", min: 0 },
      width: 8,
    }),
    chart({
      title: "Heap in use",
      description: "JavaScript objects. A low point that rises for hours is a leak.",
      after: "suite",
      queries: [range(`nodejs_heap_size_used_bytes{${OF}}`, EACH)],
      look: { unit: "bytes", min: 0 },
      width: 8,
    }),
    chart({
      title: "Time spent collecting garbage",
      description: "The share of time. Above 5 % it points at too much garbage or too small a heap.",
      after: "suite",
      queries: [range(sumBy("service", rate(`nodejs_gc_duration_seconds_sum{${OF}}`)), "{{service}}")],
      look: { unit: "percentunit", decimals: 2, min: 0, thresholds: rising(0.05, 0.1) },
      width: 8,
    }),
    chart({
      title: "Long pauses by the collector",
      description: "Collections that took longer than 100 ms, by service: everything else of the process waited.",
      after: { mayBeZero: "a pause of that length is rare" },
      queries: [
        range(
          `sum by (service) (increase(nodejs_gc_duration_seconds_count{${OF}}[$__rate_interval])) - sum by (service) (increase(nodejs_gc_duration_seconds_bucket{${OF}, le="0.1"}[$__rate_interval]))`,
          "{{service}}",
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0 },
      bars: true,
      stacked: true,
      width: 8,
    }),
    chart({
      title: "Open files and sockets",
      description: "A line that only rises is a leak of connections.",
      after: "suite",
      queries: [range(`process_open_fds{${OF}}`, EACH)],
      look: { unit: "short", decimals: 0, min: 0 },
      width: 8,
    }),
    chart({
      title: "Spans and log lines lost",
      description: "Per second: they never reached the collector or the bus. Requests are not affected.",
      after: { mayBeZero: "nothing is lost on a good day" },
      queries: [
        range(`sum(${rate(`log_lines_dropped_total{${OF}}`)})`, "log lines: queue_full"),
        range(sumBy("reason", rate(`spans_dropped_total{${OF}}`)), "spans: {{reason}}"),
      ],
      look: { unit: "suffix:/s", min: 0 },
      width: 8,
    }),
  ],
};

export const RUNTIME: Dashboard = {
  uid: "runtime",
  title: "Runtime",
  description: "The processes themselves: event loop, memory, garbage collection, connection pools, background tasks.",
  variables: [ANY_SERVICE],
  rows: [runtimeVerdicts, loop, memory, pools, telemetry],
};
