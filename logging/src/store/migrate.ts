import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { MIGRATIONS } from "../migrations.ts";
import { type ClickHouseOptions, openClickHouse } from "./clickhouse.ts";
import { withMigrationLock } from "./migration-lock.ts";

/** Migrations take a second; a process that has not finished by then has died. */
const LOCK_AGE_MAX_S = 60;

const BOOKKEEPING = `
  create table if not exists migrations (name String, applied_at DateTime64(3, 'UTC') default now64(3))
  engine = ReplacingMergeTree order by name`;

/**
 * Makes the database when it is missing and applies what it lacks of the migrations, in the order of their names. Processes
 * that start together wait for one another. ClickHouse has no transactional DDL: each statement is written so that it may
 * run again, and a migration that was cut short is run again from its start.
 */
export async function migrate(options: ClickHouseOptions): Promise<void> {
  await createDatabase(options);
  const clickhouse = openClickHouse(options);
  try {
    await withMigrationLock(clickhouse, LOCK_AGE_MAX_S, async () => {
      await clickhouse.command({ query: BOOKKEEPING });
      const applied = await appliedMigrations(clickhouse);
      for (const name of await migrationNames()) {
        if (!applied.has(name)) await applyMigration(clickhouse, name);
      }
    });
  } finally {
    await clickhouse.close();
  }
}

async function createDatabase({ url, database, requestTimeoutMs }: ClickHouseOptions): Promise<void> {
  const server = createClient({ url, request_timeout: requestTimeoutMs });
  try {
    const query = "create database if not exists {database:Identifier}";
    await server.command({ query, query_params: { database } });
  } finally {
    await server.close();
  }
}

async function migrationNames(): Promise<string[]> {
  const names = await readdir(MIGRATIONS);
  return names.filter((name) => name.endsWith(".sql")).toSorted();
}

async function appliedMigrations(clickhouse: ClickHouseClient): Promise<Set<string>> {
  const result = await clickhouse.query({ query: "select name from migrations final", format: "JSONEachRow" });
  const rows = await result.json<{ name: string }>();
  return new Set(rows.map((row) => row.name));
}

async function applyMigration(clickhouse: ClickHouseClient, name: string): Promise<void> {
  const text = await readFile(join(MIGRATIONS, name), "utf8");
  for (const query of statementsOf(text)) await clickhouse.command({ query });
  await clickhouse.insert({ table: "migrations", columns: ["name"], values: [{ name }], format: "JSONEachRow" });
}

/** The statements of a file: each ends with a semicolon at the end of a line. */
function statementsOf(text: string): string[] {
  const statements = text.split(/;\s*$/m);
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}
