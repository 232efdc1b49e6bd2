import type { Animal } from "../domain/animal.ts";
import type { Address, Cancellation, Order, OrderStatus, Recipient, StatusChange } from "../domain/order.ts";

/** The columns of `OrderRow`, of the table alias `o`. */
export const ORDER_COLUMNS = `o.order_id, o.customer_id, o.status, o.total_minor, o.currency, o.pickup, o.drop_off,
  o.recipient, o.note, o.cancellation_outcome, o.cancellation_reason, o.cancellation_requested_at,
  o.cancellation_decided_at, o.delivery_id, o.placed_at, o.updated_at, o.version,
  (select json_agg(json_build_object('product_id', i.product_id, 'title', i.title, 'animal', i.animal,
                                     'unit_price_minor', i.unit_price_minor::text, 'quantity', i.quantity)
                   order by i.position)
     from order_items i
    where i.order_id = o.order_id) as items`;

/** The column `history` of `HistoryRow[]`, of the table alias `o`. */
export const HISTORY_COLUMN = `(
  select json_agg(json_build_object('status', h.status, 'actor', h.actor, 'reason', h.reason, 'changed_at', h.changed_at)
                  order by h.version)
    from order_history h
   where h.order_id = o.order_id) as history`;

export interface OrderRow {
  order_id: string;
  customer_id: string;
  status: OrderStatus;
  total_minor: string;
  currency: string;
  pickup: Address;
  drop_off: Address;
  recipient: Recipient;
  note: string;
  cancellation_outcome: Cancellation["outcome"] | null;
  cancellation_reason: string | null;
  cancellation_requested_at: Date | null;
  cancellation_decided_at: Date | null;
  delivery_id: string | null;
  placed_at: Date;
  updated_at: Date;
  version: string;
  items: ItemRow[];
}

interface ItemRow {
  product_id: string;
  title: string;
  animal: Animal;
  unit_price_minor: string;
  quantity: number;
}

export interface HistoryRow {
  status: OrderStatus;
  actor: string;
  reason: string;
  /** ISO 8601. */
  changed_at: string;
}

export function orderOf(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    customerId: row.customer_id,
    status: row.status,
    items: row.items.map((item) => ({
      productId: item.product_id,
      title: item.title,
      animal: item.animal,
      unitPrice: { amountMinor: BigInt(item.unit_price_minor), currency: row.currency },
      quantity: item.quantity,
    })),
    total: { amountMinor: BigInt(row.total_minor), currency: row.currency },
    pickup: row.pickup,
    dropOff: row.drop_off,
    recipient: row.recipient,
    note: row.note,
    cancellation: cancellationOf(row),
    deliveryId: row.delivery_id ?? undefined,
    placedAt: row.placed_at,
    updatedAt: row.updated_at,
    version: BigInt(row.version),
  };
}

/** The columns are null together: a CHECK holds it. */
function cancellationOf(row: OrderRow): Cancellation | undefined {
  const { cancellation_outcome: outcome, cancellation_reason: reason, cancellation_requested_at: requestedAt } = row;
  if (outcome === null || reason === null || requestedAt === null) return undefined;
  return { outcome, reason, requestedAt, decidedAt: row.cancellation_decided_at ?? undefined };
}

export function statusChangeOf(row: HistoryRow): StatusChange {
  return { status: row.status, actor: row.actor, reason: row.reason, changedAt: new Date(row.changed_at) };
}
