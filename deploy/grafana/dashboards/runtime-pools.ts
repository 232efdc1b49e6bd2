import { chart } from "../build/chart.ts";
import type { Row } from "../build/dashboard.ts";
import { falling, rising } from "../build/look.ts";
import { instant, range } from "../build/query.ts";
import { table } from "../build/table.ts";

const OF = 'service=~"$service"';

export const pools: Row = {
  title: "Pools and tasks",
  panels: [
    chart({
      title: "Pools: connections in use",
      description: "The share of a pool's connections that work, by service and database. At 100 % callers wait.",
      after: { mayBeZero: "a connection is given back before the scrape" },
      queries: [
        range(
          `max by (service, database) (db_client_connection_count{${OF}, state="used"} / on (service, instance, database) db_client_connection_max)`,
          "{{service}} of {{database}}",
        ),
      ],
      look: { unit: "percentunit", decimals: 0, min: 0, max: 1, thresholds: rising(0.8, 1) },
      width: 8,
    }),
    chart({
      title: "Pools: callers that wait",
      description:
        "Callers without a connection. More than a few for longer than a moment: statements are slow or the pool is small.",
      after: { mayBeZero: "nobody waits on a good day" },
      queries: [
        range(
          `max by (service, database) (db_client_connection_pending_requests{${OF}})`,
          "{{service}} of {{database}}",
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0, thresholds: rising(1, 10) },
      width: 8,
    }),
    chart({
      title: "Background tasks that failed",
      description: "Restarts, by task: relays, consumers, purges.",
      after: { mayBeEmpty: "no task fails on a good day" },
      queries: [
        range(
          `sum by (service, task) (increase(task_restarts_total{${OF}}[$__rate_interval])) > 0`,
          "{{service}}: {{task}}",
        ),
      ],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None failed" },
      bars: true,
      width: 8,
    }),
    table({
      title: "Readiness checks",
      description: "What each process answers to /readyz, by check.",
      after: "suite",
      queries: [instant(`min by (service, instance, check) (readiness_check{${OF}})`)],
      columns: [
        { field: "service", title: "Service", width: 120 },
        { field: "instance", title: "Process" },
        { field: "check", title: "Check" },
        {
          field: "Value",
          title: "Passes",
          width: 90,
          thresholds: falling(1, 1),
          words: [
            { from: 1, to: 1, text: "yes", colour: "good" },
            { from: 0, to: 0, text: "no", colour: "bad" },
          ],
        },
      ],
      sortBy: { title: "Service", desc: false },
      width: 12,
      height: 8,
    }),
    table({
      title: "Versions",
      description: "What runs: one line per process.",
      after: "suite",
      queries: [instant(`service_info{${OF}}`)],
      columns: [
        { field: "service", title: "Service", width: 120 },
        { field: "instance", title: "Process" },
        { field: "version", title: "Version" },
        { field: "node", title: "Node.js" },
      ],
      sortBy: { title: "Service", desc: false },
      width: 12,
      height: 8,
    }),
  ],
};
