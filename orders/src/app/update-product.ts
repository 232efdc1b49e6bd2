import type { Transaction } from "@animal-delivery/platform/db/database";
import { assertEtag, etagOf } from "@animal-delivery/platform/etag";
import { changedFields, nextVersion, productNotFound, type Listing, type Product } from "../domain/product.ts";
import { appendProductUpdated } from "../events/product-events.ts";
import { findProductForUpdate, saveProduct } from "../store/product-repository.ts";

/**
 * Changes a product by `merge`, which gets it as it is now. What is the same afterwards is no change: nothing is written.
 *
 * @param etag the etag the product must still have; empty for any.
 * @throws {DomainError} notFound PRODUCT_NOT_FOUND, stale ETAG_STALE, and what `merge` throws.
 */
export async function updateProduct(
  tx: Transaction,
  { productId, etag }: { productId: string; etag: string },
  merge: (current: Product) => Listing,
): Promise<Product> {
  const current = await findProductForUpdate(tx, productId);
  if (!current) throw productNotFound(productId);
  assertEtag(etag, etagOf(current.revision));

  const listing = merge(current);
  const changed = changedFields(current, listing);
  if (changed.length === 0) return current;
  const product = nextVersion({ ...current, ...listing }, new Date());
  await saveProduct(tx, product);
  await appendProductUpdated(tx, product, changed);
  return product;
}
