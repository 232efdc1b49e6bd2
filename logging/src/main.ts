import { loadAccess } from "@animal-delivery/platform/access/access";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { runService } from "@animal-delivery/platform/service/run-service";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { Config } from "./config.ts";
import { createLogging } from "./service.ts";
import { openClickHouse } from "./store/clickhouse.ts";
import { migrate } from "./store/migrate.ts";

await runMain("logging", async (stop) => {
  const config = loadConfig(Config);
  await Promise.all([migrate(config.clickhouse), migrateLogBus(config.busDatabaseUrl)]);

  await using open = new AsyncDisposableStack();
  const telemetry = open.use(openTelemetry("logging", config));
  const clickhouse = openClickHouse(config.clickhouse);
  open.defer(() => clickhouse.close());
  const bus = open.use(openLogBus({ url: config.busDatabaseUrl }, telemetry.besideBus));
  await bus.ensureTopics(TOPICS);
  open.use(telemetry.sendLines(bus));

  const tls = open.use(watchTls(config.tls));
  const access = await loadAccess();
  const verifier = createTokenVerifier(config.oidc);
  const service = createLogging(config.logging, { telemetry, bus, clickhouse });
  const rpc = { ...config.rpc, tls };
  const running = await runService({ service, rpc, ops: config.ops, telemetry, access, verifier }, stop);
  await running.stopped;
});
