import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Order, StatusChange } from "../domain/order.ts";
import { customerIsOpen } from "./customer-repository.ts";
import { HISTORY_COLUMN, ORDER_COLUMNS, orderOf, statusChangeOf, type HistoryRow, type OrderRow } from "./order-row.ts";
import { visibleOrders, type Viewer } from "./viewer.ts";

/** Reads one order with its history, the first status first; undefined when there is none that the viewer may see. */
export async function findOrder(
  db: Queryable,
  viewer: Viewer,
  orderId: string,
): Promise<{ order: Order; history: StatusChange[] } | undefined> {
  const { rows } = await db.query<OrderRow & { history: HistoryRow[] }>(
    "find_order",
    `select ${ORDER_COLUMNS}, ${HISTORY_COLUMN}
       from orders o
      where o.order_id = $2 and ${visibleOrders(viewer)}`,
    [viewer.subject, orderId],
  );
  const row = rows[0];
  return row && { order: orderOf(row), history: row.history.map(statusChangeOf) };
}

/** Reads one order and locks its row until the transaction ends; undefined when there is none that the viewer may see. */
export async function findOrderForUpdate(tx: Transaction, viewer: Viewer, orderId: string): Promise<Order | undefined> {
  const { rows } = await tx.query<OrderRow>(
    "find_order_for_update",
    `select ${ORDER_COLUMNS}
       from orders o
      where o.order_id = $2 and ${visibleOrders(viewer)}
        for update`,
    [viewer.subject, orderId],
  );
  return rows[0] && orderOf(rows[0]);
}

/**
 * Writes a new order, its items and its first status in one round trip, unless the customer is closed; whether it did. An
 * earlier statement has taken the customer's lock: `takeStock`.
 */
export async function insertOrder(tx: Transaction, order: Order, actor: string): Promise<boolean> {
  const { items } = order;
  const { rowCount } = await tx.query(
    "insert_order",
    `with placed as (
       insert into orders (order_id, customer_id, status, total_minor, currency, pickup, drop_off, recipient, note,
                           placed_at, updated_at, version)
       select $1, $2, $3, $4::bigint, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9, $10::timestamptz, $10::timestamptz,
              $11::bigint
        where ${customerIsOpen("$2")}
    returning order_id
     ), first_status as (
       insert into order_history (order_id, version, status, actor, reason, changed_at)
       select order_id, $11, $3, $12, '', $10 from placed
     )
     insert into order_items (order_id, position, product_id, title, animal, unit_price_minor, quantity)
     select placed.order_id, i.position, i.product_id, i.title, i.animal, i.unit_price_minor, i.quantity
       from placed
      cross join unnest($13::uuid[], $14::text[], $15::jsonb[], $16::bigint[], $17::integer[]) with ordinality
         as i (product_id, title, animal, unit_price_minor, quantity, position)`,
    [
      order.orderId,
      order.customerId,
      order.status,
      order.total.amountMinor,
      order.total.currency,
      JSON.stringify(order.pickup),
      JSON.stringify(order.dropOff),
      JSON.stringify(order.recipient),
      order.note,
      order.placedAt,
      order.version,
      actor,
      items.map((item) => item.productId),
      items.map((item) => item.title),
      items.map((item) => JSON.stringify(item.animal)),
      items.map((item) => item.unitPrice.amountMinor),
      items.map((item) => item.quantity),
    ],
  );
  return rowCount > 0;
}

/** Writes what may change of an order. */
export async function saveOrder(tx: Transaction, order: Order): Promise<void> {
  await tx.query("save_order", `update orders ${SET_CHANGES} where order_id = $1`, changes(order));
}

/** Writes what may change of an order whose status did, and the step into its history. */
export async function saveOrderStatus(tx: Transaction, order: Order, actor: string, reason: string): Promise<void> {
  await tx.query(
    "save_order_status",
    `with saved as (update orders ${SET_CHANGES} where order_id = $1)
     insert into order_history (order_id, version, status, actor, reason, changed_at)
     values ($1, $9, $2, $10, $11, $8)`,
    [...changes(order), actor, reason],
  );
}

const SET_CHANGES = `set status = $2, cancellation_outcome = $3, cancellation_reason = $4,
  cancellation_requested_at = $5, cancellation_decided_at = $6, delivery_id = $7, updated_at = $8, version = $9`;

function changes({ orderId, status, cancellation, deliveryId, updatedAt, version }: Order): unknown[] {
  const { outcome, reason, requestedAt, decidedAt } = cancellation ?? {};
  return [orderId, status, outcome, reason, requestedAt, decidedAt, deliveryId, updatedAt, version];
}

/** Deletes an order with its items and its history. */
export async function deleteOrder(tx: Transaction, orderId: string): Promise<void> {
  await tx.query("delete_order", "delete from orders where order_id = $1", [orderId]);
}
