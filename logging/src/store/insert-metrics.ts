import { Gauge, Histogram } from "prom-client";
import type { Meters } from "@animal-delivery/platform/telemetry/metrics";

/** How inserts into ClickHouse go, per table. */
export interface InsertMetrics {
  /** Runs one insert of so many rows and counts it by its outcome. */
  observe(table: string, rows: number, insert: () => Promise<void>): Promise<void>;
}

export function createInsertMetrics({ registry }: Meters): InsertMetrics {
  const registers = [registry];
  const labelNames = ["table"] as const;
  const duration = new Histogram({
    name: "clickhouse_insert_duration_seconds",
    help: "How long inserts into ClickHouse take.",
    labelNames: [...labelNames, "outcome"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const batchRows = new Histogram({
    name: "clickhouse_insert_rows",
    help: "Rows of one insert.",
    labelNames,
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2000],
    registers,
  });
  const lastInsertAt = new Gauge({
    name: "clickhouse_last_insert_timestamp_seconds",
    help: "When the last insert succeeded, in seconds since 1970.",
    labelNames,
    registers,
  });
  return {
    async observe(table, rows, insert) {
      const end = duration.startTimer({ table });
      try {
        await insert();
      } catch (error) {
        end({ outcome: "failed" });
        throw error;
      }
      end({ outcome: "stored" });
      batchRows.observe({ table }, rows);
      lastInsertAt.setToCurrentTime({ table });
    },
  };
}
