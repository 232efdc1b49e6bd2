import type { Transaction } from "@animal-delivery/platform/db/database";
import { remove } from "../domain/order-change.ts";
import { orderNotFound } from "../domain/order.ts";
import { appendOrderEvents } from "../events/order-events.ts";
import { deleteOrder, findOrderForUpdate } from "../store/order-repository.ts";
import type { Viewer } from "../store/viewer.ts";

/**
 * Deletes a finished order with its items and history; its events stay.
 *
 * @throws {DomainError} notFound ORDER_NOT_FOUND, refused ORDER_STATUS_REFUSED.
 */
export async function deleteFinishedOrder(tx: Transaction, viewer: Viewer, orderId: string): Promise<void> {
  const order = await findOrderForUpdate(tx, viewer, orderId);
  if (!order) throw orderNotFound(orderId);

  const { after, facts } = remove(order, new Date());
  await deleteOrder(tx, order.orderId);
  await appendOrderEvents(tx, after, facts);
}
