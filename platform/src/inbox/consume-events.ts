import type { Batch, Bus } from "../bus/bus.ts";
import type { Database } from "../db/database.ts";
import type { Task } from "../service/service.ts";
import { contextFrom } from "../telemetry/propagation.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { EventHandler } from "./event-handler.ts";
import { parkFailures, type FailurePolicy } from "./failure-policy.ts";
import { createInboxMetrics, type InboxMetrics } from "./inbox-metrics.ts";
import { processRecord, type Consumer, type RetryPolicy } from "./process-record.ts";

export interface ConsumeEventsOptions {
  /** The consumer group, and the name in the inbox: `delivery`. Never changes: a new name starts from the beginning. */
  readonly consumer: string;
  readonly topics: readonly string[];
  readonly db: Database;
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  readonly handlers: readonly EventHandler[];
  /** Whether a record is meant for this consumer, by its headers; others are passed over undecoded. All are unless given. */
  readonly accepts?: (headers: Readonly<Record<string, string>>) => boolean;
  /** What becomes of events that fail; parked unless given. */
  readonly failures?: FailurePolicy;
  readonly batchRecords?: number;
  readonly retry?: RetryPolicy;
}

/** Four attempts more within about 4 s, far below the time after which a silent consumer loses its partitions. */
const RETRY: RetryPolicy = { attempts: 5, firstMs: 100, maxMs: 2_500, attemptTimeoutMs: 10_000 };

/**
 * Consumes events: each effect happens exactly once, in the order of the aggregate's versions. An event that fails again
 * and again is parked with what follows it on its aggregate, and copied to the topic `dlq`, unless `failures` says otherwise;
 * the others go on. Types without a handler are passed over.
 */
export function consumeEvents(options: ConsumeEventsOptions): Task {
  const { consumer, topics, db, bus, telemetry, handlers, batchRecords = 100, retry = RETRY } = options;
  const { accepts = () => true, failures = parkFailures(telemetry) } = options;
  const metrics = createInboxMetrics(telemetry.meters, { consumer, db });
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  const { system } = bus;
  const whole: Consumer = { consumer, db, telemetry, metrics, handlers: byType, accepts, failures, retry, system };
  return {
    name: `consumer ${consumer}`,
    run: (stop) =>
      bus.consume(
        {
          group: consumer,
          topics,
          batchRecordsMax: batchRecords,
          handle: (batch) => handleBatch(whole, metrics, batch),
        },
        stop,
      ),
  };
}

async function handleBatch(consumer: Consumer, metrics: InboxMetrics, batch: Batch): Promise<void> {
  const { topic, partition, signal } = batch;
  let done: bigint | undefined;
  try {
    for (const record of batch.records) {
      if (signal.aborted) return;
      const startedMs = performance.now();
      const outcome = await processRecord(consumer, { topic, partition, record }, batch);
      metrics.consumed(topic, outcome, (performance.now() - startedMs) / 1000, contextFrom(record.headers));
      done = record.offset;
      await batch.heartbeat();
    }
  } finally {
    // What is done is said once per batch; when that is lost, the inbox knows the events that come again.
    if (done !== undefined && !signal.aborted) await batch.commit(done);
  }
}
