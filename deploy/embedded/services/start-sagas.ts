import { Config } from "@animal-delivery/sagas/config";
import { MIGRATIONS } from "@animal-delivery/sagas/migrations";
import { createSagas } from "@animal-delivery/sagas/service";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts sagas on its migrated database. */
export async function startSagas(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("sagas", around));
  await migrate(config.database.url, [MIGRATIONS]);
  const create = ({ telemetry, bus, open }: Parts) =>
    createSagas(config, { telemetry, bus, db: open.use(openDatabase(config.database, telemetry)) });
  return runBesideOthers("sagas", config, around, create, stop);
}
