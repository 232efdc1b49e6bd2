import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { Client } from "pg";
import type { Batch, Bus } from "@animal-delivery/platform/bus/bus";
import { type LogBusOptions } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { ensureDatabase } from "@animal-delivery/platform/db/ensure-database";

/** How often and how long tests look for what must come. */
export const WAIT = { timeout: 20_000, interval: 20 };

/** A log bus's database, of one test file. */
export class LogBusDatabase implements AsyncDisposable {
  readonly url: string;
  /** Fast enough for tests; the silence limit stays out of the way. */
  readonly options: LogBusOptions;

  private constructor(url: string) {
    this.url = url;
    this.options = {
      url,
      heartbeatMs: 50,
      leaseMs: 1_000,
      pollMs: 50,
      drainMs: 2_000,
      recordBytesMax: 10_000,
      backoff: { firstMs: 10, maxMs: 200 },
    };
  }

  static async create(): Promise<LogBusDatabase> {
    const pathname = `/bus_${randomUUID().replaceAll("-", "")}`;
    const { href } = Object.assign(new URL(inject("postgresUrl")), { pathname });
    await ensureDatabase(href);
    await migrateLogBus(href);
    return new LogBusDatabase(href);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await onServer(inject("postgresUrl"), `drop database "${new URL(this.url).pathname.slice(1)}" with (force)`);
  }

  query(sql: string, values: unknown[] = []): Promise<unknown[]> {
    return onServer(this.url, sql, values);
  }
}

export async function givenTopic(bus: Bus, partitions: number): Promise<string> {
  const topic = `topic-${randomUUID()}`;
  await bus.ensureTopics([{ topic, partitions, retentionMs: 3_600_000 }]);
  return topic;
}

export function recordOf(key: string, text = key) {
  return { key, value: Buffer.from(text), headers: {} };
}

export async function commitAll(batch: Batch): Promise<void> {
  await batch.commit(batch.records.at(-1)!.offset);
}

async function onServer(address: string, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
