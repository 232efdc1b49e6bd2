import type { Queryable } from "@animal-delivery/platform/db/database";
import { containing } from "@animal-delivery/platform/db/like-pattern";
import type { Species } from "../domain/animal.ts";
import type { Product } from "../domain/product.ts";
import { PRODUCT_COLUMNS, productOf, type ProductRow } from "./product-row.ts";

export interface ProductFilters {
  /** Only titles that hold this text, in any case; empty for all. */
  readonly title: string;
  /** Undefined for all. */
  readonly species: Species | undefined;
}

/** The last product of the page before. */
export interface ProductPosition {
  readonly title: string;
  readonly productId: string;
}

/** Before the first product: every title has a character. */
const START: ProductPosition = { title: "", productId: "00000000-0000-0000-0000-000000000000" };

/** Lists the catalogue by (title, product_id), from after a position. */
export async function listProducts(
  db: Queryable,
  filters: ProductFilters,
  after: ProductPosition = START,
  limit: number,
): Promise<Product[]> {
  const { species } = filters;
  // Two texts, so that each has a plan that walks its own index.
  const { rows } = await db.query<ProductRow>(
    "list_products",
    `select ${PRODUCT_COLUMNS}
       from products p
      where p.deleted_at is null
        and (p.title, p.product_id) > ($1, $2)
        and p.title ilike $3
        ${species ? "and p.species = $5" : ""}
      order by p.title, p.product_id
      limit $4`,
    [after.title, after.productId, containing(filters.title), limit, ...(species ? [species] : [])],
  );
  return rows.map(productOf);
}
