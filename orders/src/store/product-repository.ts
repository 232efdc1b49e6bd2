import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Product } from "../domain/product.ts";
import { PRODUCT_COLUMNS, productOf, type ProductRow } from "./product-row.ts";

/** Reads a product of the catalogue; undefined when there is none or it left. */
export async function findProduct(db: Queryable, productId: string): Promise<Product | undefined> {
  const { rows } = await db.query<ProductRow>(
    "find_product",
    `select ${PRODUCT_COLUMNS}
       from products p
      where p.product_id = $1 and p.deleted_at is null`,
    [productId],
  );
  return rows[0] && productOf(rows[0]);
}

/** Reads a product of the catalogue and locks its row until the transaction ends; undefined when there is none or it left. */
export async function findProductForUpdate(tx: Transaction, productId: string): Promise<Product | undefined> {
  const { rows } = await tx.query<ProductRow>(
    "find_product_for_update",
    `select ${PRODUCT_COLUMNS}
       from products p
      where p.product_id = $1 and p.deleted_at is null
        for no key update`,
    [productId],
  );
  return rows[0] && productOf(rows[0]);
}

export async function insertProduct(tx: Transaction, product: Product): Promise<void> {
  await tx.query(
    "insert_product",
    `insert into products (product_id, title, species, breed, sex, age_weeks_min, age_weeks_max, weight_grams,
                           price_minor, currency, stock, version, revision, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [...listingValues(product), product.createdAt, product.updatedAt],
  );
}

/** Writes what may change of a product. */
export async function saveProduct(tx: Transaction, product: Product): Promise<void> {
  await tx.query(
    "save_product",
    `update products
        set title = $2, species = $3, breed = $4, sex = $5, age_weeks_min = $6, age_weeks_max = $7, weight_grams = $8,
            price_minor = $9, currency = $10, stock = $11, version = $12, revision = $13, updated_at = $14
      where product_id = $1`,
    [...listingValues(product), product.updatedAt],
  );
}

/** Takes a product out of the catalogue; its row stays for the orders that refer to it. */
export async function deleteProduct(tx: Transaction, product: Product): Promise<void> {
  await tx.query(
    "delete_product",
    `update products
        set deleted_at = $2, updated_at = $2, version = $3, revision = $4
      where product_id = $1`,
    [product.productId, product.updatedAt, product.version, product.revision],
  );
}

function listingValues({ productId, title, animal, price, stock, version, revision }: Product): unknown[] {
  const { species, breed, sex, ageWeeksMin, ageWeeksMax, weightGrams } = animal;
  const { amountMinor, currency } = price;
  return [
    productId,
    title,
    species,
    breed,
    sex,
    ageWeeksMin,
    ageWeeksMax,
    weightGrams,
    amountMinor,
    currency,
    stock,
    version,
    revision,
  ];
}
