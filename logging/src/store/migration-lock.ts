import { setTimeout as delay } from "node:timers/promises";
import { type ClickHouseClient, ClickHouseError } from "@clickhouse/client";
import { type ClusterOptions, onCluster } from "./render-statement.ts";

const RETRY_DELAY_MS = 200;
const TABLE_ALREADY_EXISTS = "57";

export interface LockOptions extends ClusterOptions {
  readonly ageMaxS: number;
}

/**
 * Runs `work` while no other process runs it. The lock is a table: of those who create it at once, ClickHouse lets one
 * succeed; on a cluster its nodes make it in the order of one queue, so the same one everywhere. A lock older than `ageMaxS`
 * seconds belongs to a process that died, and is taken over; should two take it over at the same moment, both run migrations
 * that may run twice.
 */
export async function withMigrationLock(
  clickhouse: ClickHouseClient,
  options: LockOptions,
  work: () => Promise<void>,
): Promise<void> {
  while (!(await takeLock(clickhouse, options))) {
    await dropOldLock(clickhouse, options);
    await delay(RETRY_DELAY_MS);
  }
  try {
    await work();
  } finally {
    await dropLock(clickhouse, options);
  }
}

async function takeLock(clickhouse: ClickHouseClient, options: ClusterOptions): Promise<boolean> {
  try {
    const query = `create table migration_lock${onCluster(options)} (held UInt8) engine = Memory`;
    await clickhouse.command({ query });
    return true;
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === TABLE_ALREADY_EXISTS) return false;
    throw error;
  }
}

async function dropOldLock(clickhouse: ClickHouseClient, options: LockOptions): Promise<void> {
  const result = await clickhouse.query({
    query: `select name from system.tables
             where database = currentDatabase() and name = 'migration_lock'
               and metadata_modification_time <= now() - {seconds:UInt32}`,
    query_params: { seconds: options.ageMaxS },
    format: "JSONEachRow",
  });
  const rows = await result.json();
  if (rows.length > 0) await dropLock(clickhouse, options);
}

async function dropLock(clickhouse: ClickHouseClient, options: ClusterOptions): Promise<void> {
  await clickhouse.command({ query: `drop table if exists migration_lock${onCluster(options)} sync` });
}
