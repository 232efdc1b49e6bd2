import { Counter } from "prom-client";
import type { Batch, Bus } from "@animal-delivery/platform/bus/bus";
import { LOGS_TOPIC } from "@animal-delivery/platform/log/bus-transport";
import type { Task } from "@animal-delivery/platform/service/service";
import type { Meters } from "@animal-delivery/platform/telemetry/metrics";
import type { BatchWriter } from "../store/batch-writer.ts";
import { logToJson } from "../store/log-row.ts";
import { readLogLine } from "./read-log-line.ts";
import { withHeartbeat } from "./with-heartbeat.ts";

export interface StoreLogsOptions {
  readonly bus: Bus;
  readonly meters: Meters;
  /** The writer of the table `logs`. */
  readonly logs: BatchWriter;
  /** How many records of one partition are taken at once. */
  readonly batchRecordsMax: number;
}

/**
 * Stores every log line of the topic `logs`, as `storeEvents` does events. It has no logger: a line about a line would make
 * the next one.
 */
export function storeLogs({ bus, meters, logs, batchRecordsMax }: StoreLogsOptions): Task {
  const stored = new Counter({
    name: "logs_stored_total",
    help: "Log lines stored, repetitions included.",
    registers: [meters.registry],
  });
  const handle = async (batch: Batch): Promise<void> => {
    const lines = batch.records.map((record) => readLogLine(record, batch.topic, batch.partition));
    await withHeartbeat(batch, logs.write(lines.map(logToJson)));
    stored.inc(lines.length);
    const last = batch.records.at(-1);
    if (last) await batch.commit(last.offset);
  };
  return {
    name: "store logs",
    run: (stop) => bus.consume({ group: "logging.logs", topics: [LOGS_TOPIC], batchRecordsMax, handle }, stop),
  };
}
