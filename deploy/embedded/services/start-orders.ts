import { Config } from "@animal-delivery/orders/config";
import { MIGRATIONS } from "@animal-delivery/orders/migrations";
import { createOrders } from "@animal-delivery/orders/service";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts orders on its migrated database. */
export async function startOrders(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("orders", around));
  await migrate(config.database.url, [MIGRATIONS]);
  const create = ({ telemetry, bus, open }: Parts) =>
    createOrders(config, { telemetry, bus, db: open.use(openDatabase(config.database, telemetry)) });
  return runBesideOthers("orders", config, around, create, stop);
}
