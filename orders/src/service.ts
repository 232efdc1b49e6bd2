import { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { ProductService } from "@animal-delivery/contracts/gen/orders/v1/product_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { purgeExpired } from "@animal-delivery/platform/db/purge-expired";
import { consumeEvents } from "@animal-delivery/platform/inbox/consume-events";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { participate } from "@animal-delivery/platform/saga/participate";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import { DELIVERY_EVENTS, deliveryEventHandlers } from "./consumers/delivery-events.ts";
import { SAGA_STEPS } from "./consumers/saga-steps.ts";
import { observeOrders } from "./observe-orders.ts";
import { orderService } from "./rpc/order-service.ts";
import { productService } from "./rpc/product-service.ts";

export interface Resources {
  readonly telemetry: Telemetry;
  /** Migrated by `MIGRATIONS`. */
  readonly db: Database;
  readonly bus: Bus;
}

/** The orders service: the catalogue with its stock, and orders. It has nothing to configure but its resources. */
export function createOrders(_config: object, { telemetry, db, bus }: Resources): Service {
  const observer = observeOrders(telemetry);
  const handlers = deliveryEventHandlers(observer, telemetry.log);

  return {
    name: "orders",
    routes(router) {
      router.service(ProductService, productService(db));
      router.service(OrderService, orderService(db, observer));
    },
    tasks: [
      relayOutbox({ db, bus, telemetry }),
      consumeEvents({ consumer: "orders", topics: [DELIVERY_EVENTS], db, bus, telemetry, handlers }),
      participate({ participant: "orders", db, bus, telemetry, steps: SAGA_STEPS }),
      purgeExpired({ db, telemetry }),
    ],
    operable: { audit: auditIn(db), events: { db, consumers: [{ consumer: "orders", handlers }] } },
    checks: [{ name: "database", check: async () => void (await db.query("ready", "select 1")) }],
  };
}
