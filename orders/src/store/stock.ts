import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { OrderLine, Product } from "../domain/product.ts";
import { customerKept } from "./customer-repository.ts";
import { PRODUCT_COLUMNS, productOf, type ProductRow } from "./product-row.ts";

/**
 * Takes animals out of stock and answers their products as they are now. A line whose product is not in the catalogue or
 * is short takes nothing and its product is missing from the answer. Each product stands in one line.
 *
 * Rows are locked in product_id order: two orders with crossing items wait for each other instead of dying in a deadlock.
 * From here on nobody closes the customer until the transaction ends; whether they are closed, `insertOrder` sees.
 */
export async function takeStock(
  tx: Transaction,
  customerId: string,
  lines: readonly OrderLine[],
  now: Date,
): Promise<Product[]> {
  const { rows } = await tx.query<ProductRow>(
    "take_stock",
    `with customer as materialized (
       select ${customerKept("$4")}
     ), wanted as materialized (
       select w.product_id, w.quantity
         from customer
        cross join unnest($1::uuid[], $2::integer[]) as w (product_id, quantity)
         join products on products.product_id = w.product_id and products.deleted_at is null
        order by w.product_id
          for no key update of products
     )
     update products p
        set stock = p.stock - wanted.quantity, revision = p.revision + 1, updated_at = $3
       from wanted
      where p.product_id = wanted.product_id and p.stock >= wanted.quantity
  returning ${PRODUCT_COLUMNS}`,
    [lines.map((line) => line.productId), lines.map((line) => line.quantity), now, customerId],
  );
  return rows.map(productOf);
}

/** Puts the animals of an order back, in product_id order. To be called once, when the order becomes cancelled. */
export async function giveStockBack(tx: Transaction, orderId: string, now: Date): Promise<void> {
  await tx.query(
    "give_stock_back",
    `with held as materialized (
       select products.product_id, i.quantity
         from order_items i
         join products using (product_id)
        where i.order_id = $1
        order by products.product_id
          for no key update of products
     )
     update products p
        set stock = p.stock + held.quantity, revision = p.revision + 1, updated_at = $2
       from held
      where p.product_id = held.product_id`,
    [orderId, now],
  );
}

/** How many are left of those products that are in the catalogue. */
export async function listStock(db: Queryable, productIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ product_id: string; stock: number }>(
    "list_stock",
    `select product_id, stock
       from products
      where product_id = any ($1::uuid[]) and deleted_at is null`,
    [productIds],
  );
  return new Map(rows.map((row) => [row.product_id, row.stock]));
}
