/** The species the platform carries; a CHECK in the database repeats the list. */
export const SPECIES = ["dog", "cat", "ferret", "rabbit", "rodent", "bird", "reptile", "fish"] as const;

export type Species = (typeof SPECIES)[number];

export type Sex = "unknown" | "female" | "male";

/** An animal as it is listed; also the snapshot that an order item keeps. */
export interface Animal {
  readonly species: Species;
  readonly breed: string;
  readonly sex: Sex;
  /** Whole weeks. */
  readonly ageWeeksMin: number;
  /** Whole weeks, at least `ageWeeksMin`. */
  readonly ageWeeksMax: number;
  /** Typical weight, in grams. */
  readonly weightGrams: number;
}
