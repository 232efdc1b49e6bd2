/** An amount of money. */
export interface Money {
  /** In the currency's minor unit: cents for EUR. */
  readonly amountMinor: bigint;
  /** ISO 4217. */
  readonly currency: string;
}
