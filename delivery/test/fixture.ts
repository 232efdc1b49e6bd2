import { randomUUID } from "node:crypto";
import { fromBinary } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { EventEnvelopeSchema, type EventEnvelope } from "@animal-delivery/contracts/gen/common/v1/event_envelope_pb";
import { Availability, CourierService } from "@animal-delivery/contracts/gen/delivery/v1/courier_service_pb";
import { DeliveryService } from "@animal-delivery/contracts/gen/delivery/v1/delivery_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { inMemoryClient } from "@animal-delivery/platform/rpc/in-memory";
import { testDatabase } from "@animal-delivery/platform/testing/database";
import { userGrant } from "@animal-delivery/platform/testing/grants";
import { testTelemetry } from "@animal-delivery/platform/testing/telemetry";
import { createStreamLimit } from "@animal-delivery/platform/rpc/stream-limit";
import { createDeliveryMetrics } from "../src/metrics.ts";
import { MIGRATIONS } from "../src/migrations.ts";
import { observeDeliveries } from "../src/observe-deliveries.ts";
import { courierService } from "../src/rpc/courier-service.ts";
import { deliveryService } from "../src/rpc/delivery-service.ts";
import { streamLimitReached } from "../src/domain/refusals.ts";
import { createChangeFeed } from "../src/tracking/change-feed.ts";
import { createOrdersStub } from "./orders-stub.ts";

/** A delivery service over its own PostgreSQL database; only the network and the neighbour are in memory. */
export async function givenDeliveryService() {
  const db = await testDatabase({ migrations: [MIGRATIONS] });
  const orders = createOrdersStub();
  const replica = givenReplica(db, orders.client);
  const dispatcher = replica.as(dispatcherGrant());

  return {
    db,
    orders,
    ...replica,
    dispatcher,

    /** A courier on duty; answers their subject. */
    async givenCourier(): Promise<string> {
      const courierId = `courier-${randomUUID()}`;
      await dispatcher.couriers.registerCourier({ courierId, displayName: "Boris K." });
      await dispatcher.couriers.setAvailability({ courierId, availability: Availability.AVAILABLE });
      return courierId;
    },

    /** A pending delivery of a new order; answers its id. */
    async givenDelivery(customerId = "anna"): Promise<string> {
      const { delivery } = await dispatcher.deliveries.startDelivery({ orderId: orders.place(customerId) });
      return delivery?.deliveryId ?? "";
    },

    /** A delivery in the hands of a courier of its own. */
    async givenAssigned(customerId = "anna"): Promise<{ deliveryId: string; courierId: string }> {
      const [deliveryId, courierId] = await Promise.all([this.givenDelivery(customerId), this.givenCourier()]);
      await dispatcher.deliveries.assignCourier({ deliveryId, courierId });
      return { deliveryId, courierId };
    },

    /** A delivery with its animal on board. */
    async givenPickedUp(customerId = "anna"): Promise<{ deliveryId: string; courierId: string }> {
      const assigned = await this.givenAssigned(customerId);
      await dispatcher.deliveries.pickUpDelivery({ deliveryId: assigned.deliveryId });
      return assigned;
    },

    /** What an aggregate told the world, in order, as type and envelope. */
    async eventsOf(aggregateId: string): Promise<EventEnvelope[]> {
      const { rows } = await db.query<{ value: Uint8Array }>(
        "events_of",
        "select value from outbox where key = $1 order by id",
        [aggregateId],
      );
      return rows.map((row) => fromBinary(EventEnvelopeSchema, row.value));
    },

    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]();
    },
  };
}

export type DeliveryFixture = Awaited<ReturnType<typeof givenDeliveryService>>;

type ServiceDatabase = Parameters<typeof createChangeFeed>[0];

/** One process of the service: replicas share the database and nothing else. */
export function givenReplica(
  db: ServiceDatabase,
  orders: ReturnType<typeof createOrdersStub>["client"],
  telemetry = testTelemetry("delivery"),
) {
  const metrics = createDeliveryMetrics(telemetry.meters);
  const feed = createChangeFeed(db, 20);
  const streams = createStreamLimit({
    streamsPerCallerMax: 16,
    refusal: streamLimitReached,
    observe: (open) => metrics.streams.set(open),
  });
  const observer = observeDeliveries(metrics, feed);
  const parts = { db, orders, observer, feed, streams };
  const routes = (router: ConnectRouter): void => {
    router.service(DeliveryService, deliveryService(parts)).service(CourierService, courierService(parts));
  };
  return {
    telemetry,
    feed,
    observer,
    routes,
    /** The service as a caller sees it. */
    as: (grant: Grant) => ({
      deliveries: inMemoryClient(DeliveryService, routes, { grant, telemetry }),
      couriers: inMemoryClient(CourierService, routes, { grant, telemetry }),
    }),
    /** The value of a metric's series. */
    async metric(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
      const found = await telemetry.meters.registry.getSingleMetric(name)?.get();
      return found?.values.find(({ labels: given }) =>
        Object.entries(labels).every(([key, value]) => given[key] === value),
      )?.value;
    },
  };
}

export function dispatcherGrant(): Grant {
  return userGrant({ subject: "dora", roles: ["dispatcher"], relations: ["any"] });
}

export function customerGrant(subject: string): Grant {
  return userGrant({ subject, roles: ["customer"], relations: ["customer"] });
}

/** A courier as DeliveryService sees them. */
export function courierGrant(subject: string): Grant {
  return userGrant({ subject, roles: ["courier"], relations: ["courier"] });
}

/** A courier as CourierService sees them. */
export function selfGrant(subject: string): Grant {
  return userGrant({ subject, roles: ["courier"], relations: ["self"] });
}
