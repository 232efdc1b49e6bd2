import { Config } from "@animal-delivery/logging/config";
import { createLogging } from "@animal-delivery/logging/service";
import { openClickHouse } from "@animal-delivery/logging/store/clickhouse";
import { migrate } from "@animal-delivery/logging/store/migrate";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts logging on its migrated ClickHouse database. */
export async function startLogging(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("logging", around));
  await migrate(config.clickhouse);
  const create = ({ telemetry, bus, open }: Parts) => {
    const clickhouse = openClickHouse(config.clickhouse);
    open.defer(() => clickhouse.close());
    return createLogging(config.logging, { telemetry, bus, clickhouse });
  };
  return runBesideOthers("logging", config, around, create, stop);
}
