import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Logger } from "@animal-delivery/platform/log/logger";
import { follow, refuseCancellation, type DeliveryNews } from "../domain/order-change.ts";
import { findOrderForUpdate } from "../store/order-repository.ts";
import { SERVICE_VIEWER } from "../store/viewer.ts";
import type { OrderObserver } from "../observe-orders.ts";
import { recordChange } from "./record-change.ts";

/** What delivery tells of one delivery and its order. */
export interface DeliveryReport {
  readonly orderId: string;
  readonly deliveryId: string;
  readonly news: DeliveryNews | "cancellationRefused";
  /** Why, in delivery's words; empty where there is nothing to say. */
  readonly reason: string;
}

/** Who changes an order that follows its delivery. */
const ACTOR = "service:delivery";

/**
 * Moves an order to where its delivery is. News that does not fit is skipped with a warning, so that one odd order never
 * stops the others: the order was deleted, has another delivery, or stands where the news leads nowhere.
 */
export async function followDelivery(
  tx: Transaction,
  { observer, log }: { observer: OrderObserver; log: Logger },
  { orderId, deliveryId, news, reason }: DeliveryReport,
): Promise<void> {
  const order = await findOrderForUpdate(tx, SERVICE_VIEWER, orderId);
  const now = new Date();
  if (order?.deliveryId === deliveryId) {
    const change = news === "cancellationRefused" ? refuseCancellation(order, now) : follow(order, news, now);
    if (change) return recordChange(tx, observer, change, { actor: ACTOR, reason });
  }
  log.warn("delivery news skipped", { order_id: orderId, delivery_id: deliveryId, news, status: order?.status });
}
