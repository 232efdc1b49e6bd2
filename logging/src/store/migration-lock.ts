import { setTimeout as delay } from "node:timers/promises";
import { type ClickHouseClient, ClickHouseError } from "@clickhouse/client";

const RETRY_DELAY_MS = 200;
const TABLE_ALREADY_EXISTS = "57";

/**
 * Runs `work` while no other process runs it. The lock is a table: of those who create it at once, ClickHouse lets one
 * succeed. A lock older than `ageMaxS` seconds belongs to a process that died, and is taken over; should two take it over at
 * the same moment, both run migrations that may run twice.
 */
export async function withMigrationLock(
  clickhouse: ClickHouseClient,
  ageMaxS: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!(await takeLock(clickhouse))) {
    await dropOldLock(clickhouse, ageMaxS);
    await delay(RETRY_DELAY_MS);
  }
  try {
    await work();
  } finally {
    await clickhouse.command({ query: "drop table if exists migration_lock sync" });
  }
}

async function takeLock(clickhouse: ClickHouseClient): Promise<boolean> {
  try {
    await clickhouse.command({ query: "create table migration_lock (held UInt8) engine = Memory" });
    return true;
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === TABLE_ALREADY_EXISTS) return false;
    throw error;
  }
}

async function dropOldLock(clickhouse: ClickHouseClient, seconds: number): Promise<void> {
  const result = await clickhouse.query({
    query: `select name from system.tables
             where database = currentDatabase() and name = 'migration_lock'
               and metadata_modification_time <= now() - {seconds:UInt32}`,
    query_params: { seconds },
    format: "JSONEachRow",
  });
  const rows = await result.json();
  if (rows.length > 0) await clickhouse.command({ query: "drop table if exists migration_lock sync" });
}
