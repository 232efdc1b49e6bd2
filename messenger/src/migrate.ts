// node messenger/src/migrate.ts: brings the database of the messenger up to date. Run it before a new version starts.
import { runMigrations } from "@animal-delivery/platform/db/run-migrations";
import { MIGRATIONS } from "./migrations.ts";

await runMigrations("messenger", [MIGRATIONS]);
