import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { Config } from "@animal-delivery/delivery/config";
import { MIGRATIONS } from "@animal-delivery/delivery/migrations";
import { createDelivery } from "@animal-delivery/delivery/service";
import { loadConfig } from "@animal-delivery/platform/config/load-config";
import { migrate } from "@animal-delivery/platform/db/migrate";
import { openDatabase } from "@animal-delivery/platform/db/open-database";
import { createRpcClient } from "@animal-delivery/platform/rpc/client";
import { environmentOf, type Surroundings } from "../surroundings.ts";
import { type Parts, type RunningPart, runBesideOthers } from "./run-beside-others.ts";

/** Starts delivery on its migrated database, calling orders over mutual TLS. */
export async function startDelivery(around: Surroundings, stop: AbortSignal): Promise<RunningPart> {
  const config = loadConfig(Config, environmentOf("delivery", around));
  await migrate(config.database.url, [MIGRATIONS]);
  const create = ({ telemetry, bus, tls, open }: Parts) =>
    createDelivery(config, {
      telemetry,
      bus,
      db: open.use(openDatabase(config.database, telemetry)),
      orders: createRpcClient(OrderService, { address: config.ordersAddress, tls, telemetry }),
    });
  return runBesideOthers("delivery", config, around, create, stop);
}
