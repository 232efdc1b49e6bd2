import type { Transaction } from "@animal-delivery/platform/db/database";
import type { OrderChange } from "../domain/order-change.ts";
import { appendOrderEvents } from "../events/order-events.ts";
import { saveOrder, saveOrderStatus } from "../store/order-repository.ts";
import { giveStockBack } from "../store/stock.ts";
import type { OrderObserver } from "../observe-orders.ts";

/** Who changed an order, and why; the reason is empty where there is nothing to say. */
export interface Cause {
  readonly actor: string;
  readonly reason: string;
}

/**
 * Writes a decision on an order whose row is locked: the row, its history, its events. An order that becomes cancelled
 * gives its stock back here and nowhere else; it becomes so once, since the status is final.
 */
export async function recordChange(
  tx: Transaction,
  observer: OrderObserver,
  { before, after, facts }: OrderChange,
  { actor, reason }: Cause,
): Promise<void> {
  if (after.status === before.status) {
    await saveOrder(tx, after);
  } else {
    await saveOrderStatus(tx, after, actor, reason);
    if (after.status === "cancelled") await giveStockBack(tx, after.orderId, after.updatedAt);
    observer.statusReached(tx, after);
  }
  await appendOrderEvents(tx, after, facts);
}
