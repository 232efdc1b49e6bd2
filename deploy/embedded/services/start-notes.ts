import { Config } from "@animal-delivery/notes/config";
import { MIGRATIONS } from "@animal-delivery/notes/migrations";
import { createNotes } from "@animal-delivery/notes/service";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts notes on its migrated database. */
export async function startNotes(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("notes", around));
  await migrate(config.database.url, [MIGRATIONS]);
  const create = ({ telemetry, bus, open }: Parts) =>
    createNotes(config, { telemetry, bus, db: open.use(openDatabase(config.database, telemetry)) });
  return runBesideOthers("notes", config, around, create, stop);
}
