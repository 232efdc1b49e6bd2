import { randomUUIDv7 } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Listing, Product } from "../domain/product.ts";
import { appendProductCreated } from "../events/product-events.ts";
import { insertProduct } from "../store/product-repository.ts";

/** Lists a new animal in the catalogue. */
export async function createProduct(tx: Transaction, listing: Listing): Promise<Product> {
  const now = new Date();
  const product = { ...listing, productId: randomUUIDv7(), version: 1n, revision: 1n, createdAt: now, updatedAt: now };
  await insertProduct(tx, product);
  await appendProductCreated(tx, product);
  return product;
}
