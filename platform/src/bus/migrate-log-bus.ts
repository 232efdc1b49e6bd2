import { fileURLToPath } from "node:url";
import { applyMigrations } from "../db/migrate.ts";

/** The log bus's tables. */
export const LOG_BUS_MIGRATIONS = fileURLToPath(new URL("log-bus-migrations", import.meta.url));

/** Brings the log bus's own database up to date. Whoever opens a log bus alone calls this first. */
export async function migrateLogBus(url: string): Promise<void> {
  await applyMigrations(url, [{ folder: LOG_BUS_MIGRATIONS, table: "log_bus_migrations" }]);
}
