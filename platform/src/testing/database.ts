import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { inject } from "vitest";
import type { Database } from "../db/database.ts";
import { ensureDatabase } from "../db/ensure-database.ts";
import { migrate } from "../db/migrate.ts";
import { PLATFORM_MIGRATIONS } from "../db/migrations.ts";
import { openDatabase } from "../db/open-database.ts";
import { testTelemetry } from "./telemetry.ts";

/** A database that one test file has for itself. */
export interface TestDatabase extends Database {
  /** For whoever opens connections of their own. */
  readonly url: string;
}

export interface TestDatabaseOptions {
  /** The service's folders of migrations; the platform's is applied anyway. */
  readonly migrations: readonly string[];
  readonly poolSize?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
}

/**
 * Makes a database of its own for a test file, as a copy of a migrated template, so files run in parallel. Drop it after
 * the tests: `afterAll(() => db[Symbol.asyncDispose]())`.
 */
export async function testDatabase({ migrations, ...limits }: TestDatabaseOptions): Promise<TestDatabase> {
  const { poolSize = 10, statementTimeoutMs = 10_000, lockTimeoutMs = 5_000 } = limits;
  const url = await copyOfTemplate(migrations);
  const db = openDatabase({ url, poolSize, statementTimeoutMs, lockTimeoutMs }, testTelemetry());
  const close = db[Symbol.asyncDispose].bind(db);
  return Object.assign(db, {
    url,
    async [Symbol.asyncDispose]() {
      await close();
      await onServer((server) => server.query(`drop database "${nameOf(url)}" with (force)`));
    },
  });
}

async function copyOfTemplate(migrations: readonly string[]): Promise<string> {
  const template = `template_${await hashOf([PLATFORM_MIGRATIONS, ...migrations])}`;
  const copy = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(async (server) => {
    // Whoever comes first makes the template; nobody may be connected to it while it is copied.
    await server.query("select pg_advisory_lock(hashtext($1))", [template]);
    const { rowCount } = await server.query("select from pg_database where datname = $1 and datistemplate", [template]);
    if (rowCount === 0) {
      await ensureDatabase(urlOf(template));
      await migrate(urlOf(template), migrations);
      await server.query(`alter database "${template}" is_template true`);
    }
    await server.query(`create database "${copy}" template "${template}"`);
  });
  return urlOf(copy);
}

async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const file of (await readdir(folder)).toSorted()) hash.update(file).update(await readFile(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function onServer<T>(work: (server: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${database}`;
  return url.href;
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
