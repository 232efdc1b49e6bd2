import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { MIGRATIONS } from "../migrations.ts";
import { type ClickHouseOptions, openClickHouse, openClickHouseServer } from "./clickhouse.ts";
import { withMigrationLock } from "./migration-lock.ts";
import { type ClusterOptions, onCluster, renderStatement } from "./render-statement.ts";
import { alterationsOf, SCHEMA_DEFAULTS, type SchemaSettings } from "./schema-settings.ts";

/** Migrations take a second; a process that has not finished by then has died. */
const LOCK_AGE_MAX_S = 60;

const BOOKKEEPING = `
  create table if not exists migrations (name String, applied_at DateTime64(3, 'UTC') default now64(3))
  engine = ReplacingMergeTree order by name`;

/**
 * Makes the database when it is missing, applies what it lacks of the migrations, in the order of their names, and brings
 * the configured figures up to date. Processes that start together wait for one another. ClickHouse has no transactional
 * DDL: each statement is written so that it may run again, and a migration that was cut short is run again from its start.
 */
export async function migrate(options: ClickHouseOptions, settings: SchemaSettings = SCHEMA_DEFAULTS): Promise<void> {
  await createDatabase(options, settings);
  const clickhouse = openClickHouse(options);
  try {
    await withMigrationLock(clickhouse, { ...settings, ageMaxS: LOCK_AGE_MAX_S }, async () => {
      await run(clickhouse, BOOKKEEPING, settings);
      const applied = await appliedMigrations(clickhouse);
      for (const name of await migrationNames()) {
        if (!applied.has(name)) await applyMigration(clickhouse, name, settings);
      }
      for (const alteration of await alterationsOf(clickhouse, settings)) await run(clickhouse, alteration, settings);
    });
  } finally {
    await clickhouse.close();
  }
}

/** The statements of every migration, in order, as they are run. */
export async function migrationStatements(settings: ClusterOptions): Promise<readonly string[]> {
  const statements: string[] = [];
  for (const name of await migrationNames()) {
    for (const statement of await statementsOf(name)) statements.push(...renderStatement(statement, settings));
  }
  return statements;
}

async function createDatabase(options: ClickHouseOptions, settings: ClusterOptions): Promise<void> {
  const server = openClickHouseServer(options);
  try {
    const query = `create database if not exists {database:Identifier}${onCluster(settings)}`;
    await server.command({ query, query_params: { database: options.database } });
  } finally {
    await server.close();
  }
}

async function run(clickhouse: ClickHouseClient, statement: string, settings: ClusterOptions): Promise<void> {
  for (const query of renderStatement(statement.trim(), settings)) await clickhouse.command({ query });
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

async function applyMigration(clickhouse: ClickHouseClient, name: string, settings: ClusterOptions): Promise<void> {
  for (const statement of await statementsOf(name)) await run(clickhouse, statement, settings);
  await clickhouse.insert({
    table: "migrations",
    columns: ["name"],
    values: [{ name }],
    format: "JSONEachRow",
    clickhouse_settings: { distributed_foreground_insert: 1 },
  });
}

/** The statements of a file: each ends with a semicolon at the end of a line. */
async function statementsOf(name: string): Promise<string[]> {
  const text = await readFile(join(MIGRATIONS, name), "utf8");
  const statements = text.split(/;\s*$/m);
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}
