import { runner } from "node-pg-migrate";
import { Client } from "pg";
import { PLATFORM_MIGRATIONS } from "./migrations.ts";

/** The longest a migration, or the wait for somebody else's, may take. */
const STATEMENT_TIMEOUT_MS = 300_000;

/**
 * Brings a service's database up to date: the platform's tables first, then each folder's `NNNN_name.sql` in order of
 * name, each file once, forward only. Waits for whoever migrates the same database meanwhile; one file that fails leaves
 * its folder as it was.
 */
export async function migrate(url: string, folders: readonly string[]): Promise<void> {
  const own = folders.map((folder, index) => ({
    folder,
    table: index === 0 ? "migrations" : `migrations_${index + 1}`,
  }));
  await applyMigrations(url, [{ folder: PLATFORM_MIGRATIONS, table: "platform_migrations" }, ...own]);
}

/** A folder of migrations and the table that remembers which of them were applied. */
export interface MigrationFolder {
  readonly folder: string;
  readonly table: string;
}

/** Applies folders to one database, in the order given. */
export async function applyMigrations(url: string, folders: readonly MigrationFolder[]): Promise<void> {
  const client = new Client({ connectionString: url, statement_timeout: STATEMENT_TIMEOUT_MS });
  await client.connect();
  try {
    for (const { folder, table } of folders) {
      await runner({
        dbClient: client,
        dir: folder,
        migrationsTable: table,
        direction: "up",
        // Replicas start together: the later one waits, then finds nothing to do.
        advisoryLockMode: "wait",
        singleTransaction: true,
        logger: QUIET,
      });
    }
  } finally {
    await client.end();
  }
}

/** What goes wrong is thrown; what goes well needs no line per file. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
