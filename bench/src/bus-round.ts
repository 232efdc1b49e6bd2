import { randomUUID } from "node:crypto";
import type { Bus, BusRecord } from "@animal-delivery/platform/bus/bus";

const PARTITIONS = 6;
const VALUE_BYTES = 500;

/** What work on records came to. */
export interface Rate {
  readonly recordsPerSecond: number;
  /** Processor time of this process, in microseconds. */
  readonly cpuPerRecord: number;
}

/** Publishes records in calls of a size, one call after the other. */
export async function measurePublish(bus: Bus, topic: string, records: number, perCall: number): Promise<Rate> {
  const batch = recordsOf(perCall);
  return measure(records, async () => {
    for (let sent = 0; sent < records; sent += perCall) {
      const acknowledged = await bus.publish(topic, batch);
      if (acknowledged.size !== perCall) throw new Error(`only ${acknowledged.size} of ${perCall} are acknowledged`);
    }
  });
}

/** Reads a topic from its beginning by a new group, committing each batch; the time to join is not counted. */
export async function measureConsume(bus: Bus, topic: string, records: number): Promise<Rate> {
  const stop = new AbortController();
  const first = Promise.withResolvers<void>();
  const mayGo = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  let seen = 0;
  const consuming = bus.consume(
    {
      group: randomUUID(),
      topics: [topic],
      batchRecordsMax: 500,
      handle: async (batch) => {
        first.resolve();
        await mayGo.promise;
        await batch.commit(batch.records.at(-1)?.offset ?? 0n);
        seen += batch.records.length;
        if (seen >= records) all.resolve();
      },
    },
    stop.signal,
  );
  await first.promise;
  const rate = await measure(records, async () => {
    mayGo.resolve();
    await all.promise;
  });
  stop.abort();
  await consuming;
  return rate;
}

/** A topic for one round. */
export async function createTopic(bus: Bus): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  await bus.ensureTopics([{ topic, partitions: PARTITIONS, retentionMs: 3_600_000 }]);
  return topic;
}

async function measure(records: number, work: () => Promise<void>): Promise<Rate> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedMs) / 1000;
  return { recordsPerSecond: records / seconds, cpuPerRecord: (user + system) / records };
}

function recordsOf(count: number): BusRecord[] {
  const value = Buffer.alloc(VALUE_BYTES, "x");
  const headers = { "event-id": randomUUID(), traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-01` };
  return Array.from({ length: count }, () => ({ key: randomUUID(), value, headers }));
}
