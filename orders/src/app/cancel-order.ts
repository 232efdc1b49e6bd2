import type { Transaction } from "@animal-delivery/platform/db/database";
import { cancel } from "../domain/order-change.ts";
import { orderNotFound } from "../domain/order.ts";
import { findOrderForUpdate } from "../store/order-repository.ts";
import type { Viewer } from "../store/viewer.ts";
import type { OrderObserver } from "../observe-orders.ts";
import { recordChange, type Cause } from "./record-change.ts";

/**
 * Cancels an order, or asks delivery to once it has the order. Does nothing while delivery has not answered.
 *
 * @throws {DomainError} notFound ORDER_NOT_FOUND, refused ORDER_STATUS_REFUSED.
 */
export async function cancelOrder(
  tx: Transaction,
  observer: OrderObserver,
  viewer: Viewer,
  orderId: string,
  cause: Cause,
): Promise<void> {
  const order = await findOrderForUpdate(tx, viewer, orderId);
  if (!order) throw orderNotFound(orderId);

  const change = cancel(order, cause.reason, new Date());
  if (change) await recordChange(tx, observer, change, cause);
}
