// node delivery/src/replay.ts [aggregate id]: applies the events that the consumer `delivery` parked, once their cause is
// mended.
import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { runReplay } from "@animal-delivery/platform/inbox/run-replay";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { watchTls } from "@animal-delivery/platform/tls/watch-tls";
import { Config } from "./config.ts";
import { orderEventHandlers } from "./consumers/order-events.ts";
import { createDeliveryMetrics } from "./metrics.ts";
import { observeDeliveries } from "./observe-deliveries.ts";
import { createChangeFeed } from "./tracking/change-feed.ts";

await runMain("delivery replay", async (stop) => {
  const config = loadConfig(Config);
  await using open = new AsyncDisposableStack();
  const telemetry = open.use(openTelemetry("delivery", config));
  const db = open.use(openDatabase(config.database, telemetry));
  const tls = open.use(watchTls(config.tls));
  const orders = createRpcClient(OrderService, { address: config.ordersAddress, tls, telemetry });
  const feed = createChangeFeed(db, config.tracking.pollMs);
  const observer = observeDeliveries(createDeliveryMetrics(telemetry.meters), feed);
  await runReplay(
    "delivery",
    { db, telemetry, handlers: orderEventHandlers(db, orders, observer) },
    process.argv.slice(2),
    stop,
  );
});
