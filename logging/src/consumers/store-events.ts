import type { Registry } from "@bufbuild/protobuf";
import { Counter } from "prom-client";
import type { Batch, Bus } from "@animal-delivery/platform/bus/bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import type { Task } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { BatchWriter } from "../store/batch-writer.ts";
import { eventToJson } from "../store/event-row.ts";
import { unreadableToJson } from "../store/unreadable-row.ts";
import { readEventBatch } from "./event-batch.ts";
import { loadEventTypes } from "./event-types.ts";
import { openStoreSpans } from "./store-spans.ts";
import { withHeartbeat } from "./with-heartbeat.ts";

export interface StoreEventsOptions {
  readonly bus: Bus;
  readonly telemetry: Telemetry;
  /** Writers of the tables `events` and `unreadable_records`. */
  readonly events: BatchWriter;
  readonly unreadable: BatchWriter;
  /** How many records of one partition are taken at once. */
  readonly batchRecordsMax: number;
}

const GROUP = "logging.events";

/** Every topic of events. */
const EVENT_TOPICS = TOPICS.map(({ topic }) => topic).filter((topic) => topic.endsWith(".events"));

/**
 * Stores every event of every topic. The offset is committed after ClickHouse took the rows: while it is away the batch
 * fails, the bus gives the same one again with back-off, and nothing is lost.
 */
export function storeEvents(options: StoreEventsOptions): Task {
  const { bus, telemetry, batchRecordsMax } = options;
  const stored = new Counter({
    name: "events_stored_total",
    help: "Events stored, repetitions included.",
    labelNames: ["type"],
    registers: [telemetry.meters.registry],
  });
  return {
    name: "store events",
    async run(stop) {
      const types = await loadEventTypes();
      const handle = (batch: Batch) => storeBatch(options, types, stored, batch);
      await bus.consume({ group: GROUP, topics: EVENT_TOPICS, batchRecordsMax, handle }, stop);
    },
  };
}

async function storeBatch(
  { telemetry, bus, ...writers }: StoreEventsOptions,
  types: Registry,
  stored: Counter<"type">,
  batch: Batch,
): Promise<void> {
  const { events, unreadable } = readEventBatch(batch, types);
  const spans = openStoreSpans(telemetry, { system: bus.system, group: GROUP }, batch, events);
  const rows = events.map(({ event }) => eventToJson(event));
  const written = Promise.all([
    writers.events.write(rows, spans.causes),
    writers.unreadable.write(unreadable.map(unreadableToJson)),
  ]);
  await withHeartbeat(batch, written);

  spans.tellStored();
  for (const { event } of events) stored.inc({ type: event.type });
  for (const { topic, partition, offset, reason } of unreadable) {
    telemetry.log.error("record is no event", { topic, partition, offset, reason });
  }
  const last = batch.records.at(-1);
  if (last) await batch.commit(last.offset);
}
