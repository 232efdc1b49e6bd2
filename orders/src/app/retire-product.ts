import type { Transaction } from "@animal-delivery/platform/db/database";
import { assertEtag, etagOf } from "@animal-delivery/platform/etag";
import { nextVersion, productNotFound } from "../domain/product.ts";
import { appendProductDeleted } from "../events/product-events.ts";
import { deleteProduct, findProductForUpdate } from "../store/product-repository.ts";

/**
 * Takes a product out of the catalogue: it cannot be found or ordered any more, orders that hold it stay as they are.
 *
 * @param etag the etag the product must still have; empty for any.
 * @throws {DomainError} notFound PRODUCT_NOT_FOUND, stale ETAG_STALE.
 */
export async function retireProduct(tx: Transaction, productId: string, etag: string): Promise<void> {
  const current = await findProductForUpdate(tx, productId);
  if (!current) throw productNotFound(productId);
  assertEtag(etag, etagOf(current.revision));

  const product = nextVersion(current, new Date());
  await deleteProduct(tx, product);
  await appendProductDeleted(tx, product);
}
