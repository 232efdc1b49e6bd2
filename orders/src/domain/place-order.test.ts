import { array, assert, bigInt, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { totalOf } from "./place-order.ts";

const AMOUNT_MINOR_MAX = 1_000_000_000_000n;

const item = record({ amountMinor: bigInt(0n, AMOUNT_MINOR_MAX), quantity: integer({ min: 1, max: 100 }) });

describe("totalOf", () => {
  it("is the sum of every single animal's price, exactly", () => {
    assert(
      property(array(item, { minLength: 1, maxLength: 20 }), (items) => {
        let oneByOne = 0n;
        for (const { amountMinor, quantity } of items) for (let n = 0; n < quantity; n++) oneByOne += amountMinor;

        const total = totalOf(items.map(({ amountMinor, quantity }) => priced(amountMinor, "EUR", quantity)));

        expect(total).toEqual({ amountMinor: oneByOne, currency: "EUR" });
      }),
    );
  });

  it("is exact where floating point is not", () => {
    expect(totalOf([priced(999_999_999_999n, "JPY", 99), priced(1n, "JPY", 1)]).amountMinor).toBe(98_999_999_999_902n);
  });

  it("refuses items in different currencies", () => {
    expect(() => totalOf([priced(1n, "USD", 1), priced(1n, "EUR", 1), priced(2n, "USD", 1)])).toThrow(
      expect.objectContaining({ kind: "refused", reason: "CURRENCY_MIXED", metadata: { currencies: "EUR,USD" } }),
    );
  });
});

function priced(amountMinor: bigint, currency: string, quantity: number) {
  return { unitPrice: { amountMinor, currency }, quantity };
}
