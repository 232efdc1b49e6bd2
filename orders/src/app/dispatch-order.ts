import type { Transaction } from "@animal-delivery/platform/db/database";
import { dispatch } from "../domain/order-change.ts";
import { orderNotFound, type Order } from "../domain/order.ts";
import { findOrderForUpdate } from "../store/order-repository.ts";
import type { Viewer } from "../store/viewer.ts";
import type { OrderObserver } from "../observe-orders.ts";
import { recordChange } from "./record-change.ts";

/**
 * Hands an order over to a delivery and answers it. The same delivery may ask again, whatever became of the order since.
 *
 * @throws {DomainError} notFound ORDER_NOT_FOUND, refused ORDER_STATUS_REFUSED.
 */
export async function dispatchOrder(
  tx: Transaction,
  observer: OrderObserver,
  viewer: Viewer,
  { orderId, deliveryId, actor }: { orderId: string; deliveryId: string; actor: string },
): Promise<Order> {
  const order = await findOrderForUpdate(tx, viewer, orderId);
  if (!order) throw orderNotFound(orderId);

  const change = dispatch(order, deliveryId, new Date());
  if (!change) return order;
  await recordChange(tx, observer, change, { actor, reason: "" });
  return change.after;
}
