import type { Database } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { PLATFORM_MIGRATIONS } from "../db/migrations.ts";
import { openDatabase } from "../db/open-database.ts";
import { testTelemetry } from "./telemetry.ts";
import { copyOfTemplate, dropCopy } from "./template-database.ts";

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
  const url = await copyOfTemplate([PLATFORM_MIGRATIONS, ...migrations], (template) => migrate(template, migrations));
  const db = openDatabase({ url, poolSize, statementTimeoutMs, lockTimeoutMs }, testTelemetry());
  const close = db[Symbol.asyncDispose].bind(db);
  return Object.assign(db, {
    url,
    async [Symbol.asyncDispose]() {
      await close();
      await dropCopy(url);
    },
  });
}
