import { Config, MigrationConfig } from "@animal-delivery/logging/config";
import { createLogging } from "@animal-delivery/logging/service";
import { openClickHouses } from "@animal-delivery/logging/store/clickhouse";
import { migrate } from "@animal-delivery/logging/store/migrate";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts logging on its migrated ClickHouse database. */
export async function startLogging(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const environment = environmentOf("logging", around);
  const config = loadConfig(Config, environment);
  const migrations = loadConfig(MigrationConfig, environment);
  await migrate(migrations.clickhouse, migrations.schema);
  const create = ({ telemetry, bus, open }: Parts) => {
    const clickhouse = open.use(openClickHouses(config.clickhouse));
    return createLogging(config.logging, { telemetry, bus, clickhouse });
  };
  return runBesideOthers("logging", config, around, create, stop);
}
