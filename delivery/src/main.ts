import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { loadAccess } from "@animal-delivery/platform/access/access";
import { createTokenVerifier } from "@animal-delivery/platform/access/token";
import { openLogBus } from "@animal-delivery/platform/bus/log-bus";
import { migrateLogBus } from "@animal-delivery/platform/bus/migrate-log-bus";
import { TOPICS } from "@animal-delivery/platform/bus/topics";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { runService } from "@animal-delivery/platform/service/run-service";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { Config } from "./config.ts";
import { MIGRATIONS } from "./migrations.ts";
import { createDelivery } from "./service.ts";

await runMain("delivery", async (stop) => {
  const config = loadConfig(Config);
  await Promise.all([migrate(config.database.url, [MIGRATIONS]), migrateLogBus(config.busDatabaseUrl)]);

  await using open = new AsyncDisposableStack();
  const telemetry = open.use(openTelemetry("delivery", config));
  const db = open.use(openDatabase(config.database, telemetry));
  const bus = open.use(openLogBus({ url: config.busDatabaseUrl }, telemetry.besideBus));
  await bus.ensureTopics(TOPICS);
  open.use(telemetry.sendLines(bus));

  const tls = open.use(watchTls(config.tls));
  const orders = createRpcClient(OrderService, { address: config.ordersAddress, tls, telemetry });
  const access = await loadAccess();
  const verifier = createTokenVerifier(config.oidc);
  const service = createDelivery(config, { telemetry, db, bus, orders });
  const rpc = { ...config.rpc, tls };
  const running = await runService({ service, rpc, ops: config.ops, telemetry, access, verifier }, stop);
  await running.stopped;
});
