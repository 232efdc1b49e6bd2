import type { Transaction } from "@animal-delivery/platform/db/database";
import { startedDelivery, type Delivery, type Dispatched } from "../domain/delivery.ts";
import { orderStatusRefused } from "../domain/refusals.ts";
import { isFinal } from "../domain/status.ts";
import { tellDeliveryStarted } from "../events/delivery-events.ts";
import { findDelivery, insertDelivery } from "../store/delivery-repository.ts";
import { insertStep } from "../store/history-repository.ts";
import { EVERY_ROW } from "../store/visibility.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Starts the delivery of an order that was taken over, or answers the one that runs already: a retry, a twin or the repair
 * may have been first.
 *
 * @throws {DomainError} refused ORDER_STATUS_REFUSED when the order's delivery is over.
 */
export async function startDelivery(
  tx: Transaction,
  observer: DeliveryObserver,
  order: Dispatched,
  actor: string,
): Promise<Delivery> {
  const started = await insertStarted(tx, observer, order, actor);
  if (started) return started;

  const running = await findDelivery(tx, order.deliveryId, EVERY_ROW);
  if (!running || isFinal(running.status)) throw orderStatusRefused(order.orderId);
  return running;
}

/** Starts a delivery unless there is one for the order; undefined when there is. */
export async function insertStarted(
  tx: Transaction,
  observer: DeliveryObserver,
  order: Dispatched,
  actor: string,
): Promise<Delivery | undefined> {
  const delivery = startedDelivery(order, new Date());
  if (!(await insertDelivery(tx, delivery))) return undefined;
  await insertStep(tx, delivery, { status: delivery.status, actor, reason: "", changedAt: delivery.startedAt });
  await tellDeliveryStarted(tx, delivery);
  tx.afterCommit(() => observer.statusReached(delivery));
  return delivery;
}
