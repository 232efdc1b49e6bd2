// node logging/src/migrate.ts: brings the ClickHouse database of logging up to date. Run it before a new version starts.
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { MigrationConfig } from "./config.ts";
import { migrate } from "./store/migrate.ts";

await runMain("logging migrate", async () => {
  const { clickhouse, schema } = loadConfig(MigrationConfig);
  await migrate(clickhouse, schema);
});
