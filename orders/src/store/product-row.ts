import type { Sex, Species } from "../domain/animal.ts";
import type { Product } from "../domain/product.ts";

/** The columns of `ProductRow`, of the table alias `p`. */
export const PRODUCT_COLUMNS = `p.product_id, p.title, p.species, p.breed, p.sex, p.age_weeks_min, p.age_weeks_max,
  p.weight_grams, p.price_minor, p.currency, p.stock, p.version, p.revision, p.created_at, p.updated_at`;

export interface ProductRow {
  product_id: string;
  title: string;
  species: Species;
  breed: string;
  sex: Sex;
  age_weeks_min: number;
  age_weeks_max: number;
  weight_grams: number;
  price_minor: string;
  currency: string;
  stock: number;
  version: string;
  revision: string;
  created_at: Date;
  updated_at: Date;
}

export function productOf(row: ProductRow): Product {
  return {
    productId: row.product_id,
    title: row.title,
    animal: {
      species: row.species,
      breed: row.breed,
      sex: row.sex,
      ageWeeksMin: row.age_weeks_min,
      ageWeeksMax: row.age_weeks_max,
      weightGrams: row.weight_grams,
    },
    price: { amountMinor: BigInt(row.price_minor), currency: row.currency },
    stock: row.stock,
    version: BigInt(row.version),
    revision: BigInt(row.revision),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
