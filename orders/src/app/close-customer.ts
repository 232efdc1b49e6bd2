import type { Transaction } from "@animal-delivery/platform/db/database";
import { customerBusy, STATUSES_UNDER_WAY } from "../domain/order.ts";
import { findOrderIn, insertClosedCustomer, lockCustomer } from "../store/customer-repository.ts";

/**
 * Lets a customer place no more orders. Against an order that they place at the same moment their lock decides: either it is
 * there and this is refused, or it is refused.
 *
 * @throws {DomainError} refused CUSTOMER_BUSY while an order of theirs is under way.
 */
export async function closeCustomer(tx: Transaction, customerId: string): Promise<void> {
  await lockCustomer(tx, customerId);
  const orderId = await findOrderIn(tx, customerId, STATUSES_UNDER_WAY);
  if (orderId !== undefined) throw customerBusy(customerId, orderId);
  await insertClosedCustomer(tx, customerId, new Date());
}
