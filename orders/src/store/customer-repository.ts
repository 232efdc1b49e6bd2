import type { Transaction } from "@animal-delivery/platform/db/database";
import type { OrderStatus } from "../domain/order.ts";

/** The first half of the advisory locks of customers; the second is a hash, so two customers may share one and wait. */
const CUSTOMER_LOCKS = 0x63757374;

/**
 * Keeps a customer as they are, open or closed, until the transaction ends: a column for a statement that runs before the one
 * with `CUSTOMER_IS_OPEN`. A statement does not see what others commit while it waits, so the two cannot be one.
 *
 * @param parameter the customer's id in the statement: `$4`.
 */
export function customerKept(parameter: string): string {
  return `pg_advisory_xact_lock_shared(${CUSTOMER_LOCKS}, hashtext(${parameter})) as kept`;
}

/** Whether a customer may place orders, as a predicate. */
export function customerIsOpen(parameter: string): string {
  return `not exists (select from closed_customers where customer_id = ${parameter})`;
}

/** Waits for the orders that the customer is placing, and lets them place no other until the transaction ends. */
export async function lockCustomer(tx: Transaction, customerId: string): Promise<void> {
  await tx.query("lock_customer", `select pg_advisory_xact_lock(${CUSTOMER_LOCKS}, hashtext($1))`, [customerId]);
}

/** The id of some order of the customer's that has one of these statuses; undefined when there is none. */
export async function findOrderIn(
  tx: Transaction,
  customerId: string,
  statuses: readonly OrderStatus[],
): Promise<string | undefined> {
  const { rows } = await tx.query<{ order_id: string }>(
    "find_order_in",
    `select order_id
       from orders
      where customer_id = $1 and status = any ($2::text[])
      limit 1`,
    [customerId, statuses],
  );
  return rows[0]?.order_id;
}

/** Closes a customer, also one who is closed. The caller holds the customer's lock. */
export async function insertClosedCustomer(tx: Transaction, customerId: string, now: Date): Promise<void> {
  await tx.query(
    "insert_closed_customer",
    "insert into closed_customers (customer_id, closed_at) values ($1, $2) on conflict do nothing",
    [customerId, now],
  );
}

/** Opens a customer, also one who is open. */
export async function deleteClosedCustomer(tx: Transaction, customerId: string): Promise<void> {
  await tx.query("delete_closed_customer", "delete from closed_customers where customer_id = $1", [customerId]);
}
