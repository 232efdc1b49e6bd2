import { noteOf, type OrderLoad } from "../../../src/order-load.ts";
import type { Stores } from "../stores.ts";

interface OrderRow {
  readonly order_id: string;
  readonly note: string;
}

/**
 * Every acknowledged key made its one order, with the body that was sent; a key that was never acknowledged made one at the
 * most; the stock is what the orders left of it.
 */
export async function checkOrders(load: OrderLoad, stock: number, stores: Stores): Promise<string[]> {
  const db = stores.database("orders");
  const { rows } = await db.query<OrderRow>(
    "select order_id, note from orders join order_items using (order_id) where product_id = $1",
    [load.productId],
  );
  const product = await db.query<{ stock: number }>("select stock from products where product_id = $1", [
    load.productId,
  ]);
  return [
    ...compareOrders(load.orders, rows),
    ...(product.rows[0]?.stock === stock - rows.length
      ? []
      : [`stock is ${product.rows[0]?.stock}, not ${stock} - ${rows.length}`]),
  ];
}

/** What is wrong with the orders that exist, given what each key was told. */
export function compareOrders(told: ReadonlyMap<string, string | undefined>, rows: readonly OrderRow[]): string[] {
  const byNote = Map.groupBy(rows, ({ note }) => note);
  const violations: string[] = [];
  for (const [key, orderId] of told) {
    const made = byNote.get(noteOf(key)) ?? [];
    byNote.delete(noteOf(key));
    if (made.length > 1) violations.push(`key ${key} made ${made.length} orders`);
    if (orderId !== undefined && made[0]?.order_id !== orderId)
      violations.push(`key ${key} was told order ${orderId}, there is ${made[0]?.order_id ?? "none"} with its body`);
  }
  for (const [note, orphans] of byNote) violations.push(`${orphans.length} orders that nobody asked for: ${note}`);
  return violations;
}
