import type { Client } from "@connectrpc/connect";
import {
  OrderCancellationRequestedSchema,
  OrderDispatchedSchema,
} from "@animal-delivery/contracts/gen/orders/v1/order_events_pb";
import type { OrderService } from "@animal-delivery/contracts/gen/orders/v1/order_service_pb";
import type { Database } from "@animal-delivery/platform/db/database";
import { on, type EventHandler } from "@animal-delivery/platform/inbox/event-handler";
import { pause } from "@animal-delivery/platform/pause";
import { currentContext } from "@animal-delivery/platform/request-context";
import { decideCancellation } from "../app/decide-cancellation.ts";
import { dispatchOrder } from "../app/dispatch-order.ts";
import type { DeliveryObserver } from "../app/observer.ts";
import { insertStarted } from "../app/start-delivery.ts";
import { findDelivery } from "../store/delivery-repository.ts";
import { EVERY_ROW } from "../store/visibility.ts";

/** The topic of orders that delivery listens to. */
export const ORDER_EVENTS = "orders.events";

/** How old an OrderDispatched is before a delivery that is still missing counts as lost: far above a commit's time. */
const REPAIR_AFTER_MS = 1_000;

/** What delivery does about orders' events. */
export function orderEventHandlers(
  db: Database,
  orders: Client<typeof OrderService>,
  observer: DeliveryObserver,
): EventHandler[] {
  return [
    // Repairs a StartDelivery that ended between orders' commit and ours: without this the order would wait for ever.
    on(OrderDispatchedSchema, {
      async prepare({ orderId, deliveryId }, { occurredAt }) {
        const isThere = async () => (await findDelivery(db, deliveryId, EVERY_ROW)) !== undefined;
        if (await isThere()) return undefined;
        // It may be on its way to its commit, and then its history shall name the person who started it.
        const signal = currentContext()?.signal ?? AbortSignal.any([]);
        const ageMs = Math.max(0, Date.now() - Number(occurredAt));
        // The clock of orders may be ahead of ours, and a timer warns of times that are over.
        if (ageMs < REPAIR_AFTER_MS) await pause(REPAIR_AFTER_MS - ageMs, signal);
        return (await isThere()) ? undefined : dispatchOrder(orders, orderId, undefined);
      },
      async apply(tx, _message, order) {
        if (order) await insertStarted(tx, observer, order, "service:delivery");
      },
    }),
    on(OrderCancellationRequestedSchema, (tx, { deliveryId }) => decideCancellation(tx, observer, deliveryId)),
  ];
}
