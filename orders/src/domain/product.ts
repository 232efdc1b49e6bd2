import { DomainError } from "@animal-delivery/platform/errors";
import type { Animal } from "./animal.ts";
import type { Money } from "./money.ts";

/** What a person says of a product; the service makes the rest. */
export interface Listing {
  readonly title: string;
  readonly animal: Animal;
  /** The price of one animal. */
  readonly price: Money;
  /** How many can be ordered now. */
  readonly stock: number;
}

/** A listing in the catalogue. */
export interface Product extends Listing {
  readonly productId: string;
  /** Counts the product's events, from 1. */
  readonly version: bigint;
  /** Counts every change of the row, taken stock included: what the etag is made of. */
  readonly revision: bigint;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How many of which product. */
export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
}

/** The product after one more event. */
export function nextVersion(product: Product, now: Date): Product {
  return { ...product, version: product.version + 1n, revision: product.revision + 1n, updatedAt: now };
}

/** The paths of the contract's fields in which two listings differ, in the contract's order. */
export function changedFields(before: Listing, after: Listing): string[] {
  const old = leaves(before);
  return Object.entries(leaves(after)).flatMap(([path, value]) =>
    old[path as keyof typeof old] === value ? [] : [path],
  );
}

function leaves({ title, animal, price, stock }: Listing) {
  return {
    title,
    "animal.species": animal.species,
    "animal.breed": animal.breed,
    "animal.sex": animal.sex,
    "animal.age_weeks_min": animal.ageWeeksMin,
    "animal.age_weeks_max": animal.ageWeeksMax,
    "animal.weight_grams": animal.weightGrams,
    "price.amount_minor": price.amountMinor,
    "price.currency": price.currency,
    stock,
  };
}

export function productNotFound(productId: string): DomainError {
  return new DomainError("notFound", "PRODUCT_NOT_FOUND", "there is no such product", { product_id: productId });
}

export function stockShort(productId: string, stock: number): DomainError {
  return new DomainError("refused", "STOCK_SHORT", "fewer animals are in stock than were ordered", {
    product_id: productId,
    stock: String(stock),
  });
}
