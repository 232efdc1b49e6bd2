import { describe, expect, it } from "vitest";
import { changedFields, type Listing } from "./product.ts";

const kitten: Listing = {
  title: "Siberian kitten",
  animal: { species: "cat", breed: "Siberian", sex: "female", ageWeeksMin: 12, ageWeeksMax: 16, weightGrams: 1500 },
  price: { amountMinor: 95_000n, currency: "EUR" },
  stock: 5,
};

describe("changedFields", () => {
  it.each<[string[], Listing]>([
    [[], structuredClone(kitten)],
    [["title"], { ...kitten, title: "Kitten" }],
    [["stock"], { ...kitten, stock: 4 }],
    [
      ["animal.breed", "animal.weight_grams"],
      { ...kitten, animal: { ...kitten.animal, breed: "Birman", weightGrams: 1400 } },
    ],
    [["price.amount_minor"], { ...kitten, price: { amountMinor: 95_001n, currency: "EUR" } }],
  ])("names %j", (paths, changed) => {
    expect(changedFields(kitten, changed)).toEqual(paths);
  });
});
