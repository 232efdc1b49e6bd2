import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Order, OrderStatus } from "../domain/order.ts";
import { ORDER_COLUMNS, orderOf, type OrderRow } from "./order-row.ts";
import { visibleOrders, type Viewer } from "./viewer.ts";

export interface OrderFilters {
  /** Undefined for all. */
  readonly status: OrderStatus | undefined;
  /** Placed at this time or later; undefined for all. */
  readonly placedAfter: Date | undefined;
  /** Placed before this time; undefined for all. */
  readonly placedBefore: Date | undefined;
}

/** The last order of the page before. */
export interface OrderPosition {
  readonly placedAt: Date;
  readonly orderId: string;
}

/** Lists the orders that the viewer may see, the newest first, from after a position. */
export async function listOrders(
  db: Queryable,
  viewer: Viewer,
  { status, placedAfter, placedBefore }: OrderFilters,
  after: OrderPosition | undefined,
  limit: number,
): Promise<Order[]> {
  // Times are bounds that are always there, so that few texts suffice and each has a plan that walks its own index.
  const { rows } = await db.query<OrderRow>(
    "list_orders",
    `select ${ORDER_COLUMNS}
       from orders o
      where ${visibleOrders(viewer)}
        and o.placed_at >= $2
        and (o.placed_at, o.order_id) < ($3, $4)
        ${status ? "and o.status = $6" : ""}
      order by o.placed_at desc, o.order_id desc
      limit $5`,
    [viewer.subject, placedAfter ?? "-infinity", ...startOf(placedBefore, after), limit, ...(status ? [status] : [])],
  );
  return rows.map(orderOf);
}

/** What all rows of the page lie below. One bound: beside a second one Postgres begins its walk at the wider of them. */
function startOf(placedBefore: Date | undefined, after: OrderPosition | undefined): [Date | "infinity", string] {
  if (after && (!placedBefore || after.placedAt < placedBefore)) return [after.placedAt, after.orderId];
  return [placedBefore ?? "infinity", "00000000-0000-0000-0000-000000000000"];
}
