import { chart } from "../build/chart.ts";
import type { Row } from "../build/dashboard.ts";
import { rising } from "../build/look.ts";
import { range } from "../build/query.ts";
import { counted, quantile, rate, sumBy } from "./expressions.ts";

export const storing: Row = {
  title: "Into ClickHouse",
  panels: [
    chart({
      title: "Rows stored",
      description: "Rows that ClickHouse took, per second, by table.",
      after: "suite",
      queries: [range(sumBy("table", rate("clickhouse_insert_rows_sum")), "{{table}}")],
      look: { unit: "suffix:/s" },
      width: 8,
    }),
    chart({
      title: "Time of an insert",
      description: "95 % of the inserts are faster; by table.",
      after: "suite",
      queries: [range(quantile(0.95, "table", "clickhouse_insert_duration_seconds"), "{{table}}")],
      look: { unit: "s", min: 0, thresholds: rising(1, 5) },
      width: 8,
    }),
    chart({
      title: "Inserts that failed",
      description:
        "How many, by table. The batch is inserted again until ClickHouse takes it: nothing is lost meanwhile.",
      after: "faults",
      queries: [range(counted("table", 'clickhouse_insert_duration_seconds_count{outcome="failed"}'), "{{table}}")],
      look: { unit: "short", decimals: 0, min: 0, noValue: "None failed" },
      bars: true,
      stacked: true,
      width: 8,
    }),
  ],
};
