import { fileURLToPath } from "node:url";
import { applyMigrations } from "../db/migrate.ts";

const FOLDER = fileURLToPath(new URL("log-bus-migrations", import.meta.url));

/** Brings the log bus's own database up to date. Whoever opens a log bus alone calls this first. */
export async function migrateLogBus(url: string): Promise<void> {
  await applyMigrations(url, [{ folder: FOLDER, table: "log_bus_migrations" }]);
}
