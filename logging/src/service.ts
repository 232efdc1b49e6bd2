import { LogService } from "@animal-delivery/contracts/gen/logging/v1/log_service_pb";
import { auditOn } from "@animal-delivery/platform/audit/audit-trail";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { LoggingConfig } from "./config.ts";
import { storeEvents } from "./consumers/store-events.ts";
import { storeLogs } from "./consumers/store-logs.ts";
import { logService } from "./rpc/log-service.ts";
import { createBatchWriter } from "./store/batch-writer.ts";
import type { ClickHouses } from "./store/clickhouse.ts";
import { createInsertMetrics } from "./store/insert-metrics.ts";
import { createReader } from "./store/reader.ts";

export interface LoggingResources {
  readonly telemetry: Telemetry;
  readonly bus: Bus;
  /** Clients of the migrated database: `openClickHouses`. */
  readonly clickhouse: ClickHouses;
}

/** Every event and log line into ClickHouse, and answers about them. */
export function createLogging(config: LoggingConfig, { telemetry, bus, clickhouse }: LoggingResources): Service {
  const { queryTimeoutMs, batchRowsMax, batchAgeMs } = config;
  const { tracer, meters } = telemetry;
  const metrics = createInsertMetrics(meters);
  const writerOf = (table: string) =>
    createBatchWriter({
      clickhouse: clickhouse.writer,
      table,
      metrics,
      tracer,
      rowsMax: batchRowsMax,
      ageMs: batchAgeMs,
    });
  const reader = createReader(clickhouse.reader, queryTimeoutMs, telemetry);
  const batchRecordsMax = batchRowsMax;
  return {
    name: "logging",
    routes: (router) => router.service(LogService, logService(reader)),
    tasks: [
      storeEvents({
        bus,
        telemetry,
        events: writerOf("events"),
        unreadable: writerOf("unreadable_records"),
        batchRecordsMax,
      }),
      storeLogs({ bus, meters, logs: writerOf("logs"), batchRecordsMax }),
    ],
    operable: { audit: auditOn(bus) },
    checks: [{ name: "clickhouse", check: () => pingClickHouse(clickhouse) }],
  };
}

/** A question on either connection: a plain ping would not notice a wrong password. */
async function pingClickHouse({ writer, reader }: ClickHouses): Promise<void> {
  for (const answer of await Promise.all([writer.ping({ select: true }), reader.ping({ select: true })])) {
    if (!answer.success) throw answer.error;
  }
}
