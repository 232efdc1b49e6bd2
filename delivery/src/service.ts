import type { Client } from "@connectrpc/connect";
import { CourierService } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import type { Bus } from "@animal-delivery/platform/bus/bus";
import type { Database } from "@animal-delivery/platform/db/database";
import { purgeExpired } from "@animal-delivery/platform/db/purge-expired";
import { consumeEvents } from "@animal-delivery/platform/inbox/consume-events";
import { relayOutbox } from "@animal-delivery/platform/outbox/relay";
import { participate } from "@animal-delivery/platform/saga/participate";
import { createStreamLimit } from "@animal-delivery/platform/rpc/stream-limit";
import type { Service } from "@animal-delivery/platform/service/service";
import type { Telemetry } from "@animal-delivery/platform/telemetry/resources";
import type { Config } from "./config.ts";
import { ORDER_EVENTS, orderEventHandlers } from "./consumers/order-events.ts";
import { SAGA_STEPS } from "./consumers/saga-steps.ts";
import { createDeliveryMetrics } from "./metrics.ts";
import { observeDeliveries } from "./observe-deliveries.ts";
import { streamLimitReached } from "./domain/refusals.ts";
import { purgeTask } from "./purge-task.ts";
import { courierService } from "./rpc/courier-service.ts";
import { deliveryService } from "./rpc/delivery-service.ts";
import { createChangeFeed } from "./tracking/change-feed.ts";

export interface Resources {
  readonly telemetry: Telemetry;
  readonly db: Database;
  readonly bus: Bus;
  readonly orders: Client<typeof OrderService>;
}

/** The delivery service: deliveries, couriers, positions and the streams that follow them. */
export function createDelivery(config: Pick<Config, "tracking">, resources: Resources): Service {
  const { telemetry, db, bus, orders } = resources;
  const { pollMs, streamsPerCallerMax } = config.tracking;
  const metrics = createDeliveryMetrics(telemetry.meters);
  const feed = createChangeFeed(db, pollMs);
  const streams = createStreamLimit({
    streamsPerCallerMax,
    refusal: streamLimitReached,
    observe: (open) => metrics.streams.set(open),
  });
  const observer = observeDeliveries(metrics, feed);
  const parts = { db, orders, observer, feed, streams };
  const handlers = orderEventHandlers(db, orders, observer);

  return {
    name: "delivery",
    routes(router) {
      router.service(DeliveryService, deliveryService(parts));
      router.service(CourierService, courierService(parts));
    },
    tasks: [
      relayOutbox({ db, bus, telemetry }),
      consumeEvents({ consumer: "delivery", topics: [ORDER_EVENTS], db, bus, telemetry, handlers }),
      participate({ participant: "delivery", db, bus, telemetry, steps: SAGA_STEPS }),
      feed.task,
      purgeExpired({ db, telemetry }),
      purgeTask(db, telemetry.log),
    ],
    operable: { audit: auditIn(db), events: { db, consumers: [{ consumer: "delivery", handlers }] } },
    checks: [{ name: "database", check: async () => void (await db.query("ready", "select 1")) }],
  };
}
