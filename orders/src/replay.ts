// node orders/src/replay.ts [aggregate id]: applies the events that the consumer `orders` parked, once their cause is mended.
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { runReplay } from "@animal-delivery/platform/inbox/run-replay";
import { runMain } from "@animal-delivery/platform/service/run-main";
import { openTelemetry } from "@animal-delivery/platform/telemetry/open-telemetry";
import { Config } from "./config.ts";
import { deliveryEventHandlers } from "./consumers/delivery-events.ts";
import { observeOrders } from "./observe-orders.ts";

await runMain("orders replay", async (stop) => {
  const config = loadConfig(Config);
  await using open = new AsyncDisposableStack();
  const telemetry = open.use(openTelemetry("orders", config));
  const db = open.use(openDatabase(config.database, telemetry));
  const handlers = deliveryEventHandlers(observeOrders(telemetry), telemetry.log);
  await runReplay("orders", { db, telemetry, handlers }, process.argv.slice(2), stop);
});
