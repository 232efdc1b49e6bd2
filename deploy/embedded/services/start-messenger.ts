import { Config } from "@animal-delivery/messenger/config";
import { MIGRATIONS } from "@animal-delivery/messenger/migrations";
import { createPlatformMessenger } from "@animal-delivery/messenger/platform-service";
import { createPostgresChatStore } from "@animal-delivery/messenger/store/postgres/postgres-store";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts the messenger on its migrated database. */
export async function startMessenger(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("messenger", around));
  await migrate(config.database.url, [MIGRATIONS]);
  const create = ({ telemetry, bus, open }: Parts) => {
    const db = open.use(openDatabase(config.database, telemetry));
    const store = open.use(createPostgresChatStore({ ...config, db, telemetry }));
    return createPlatformMessenger(config, { telemetry, bus, db, store });
  };
  return runBesideOthers("messenger", config, around, create, stop);
}
