import { DomainError } from "@animal-delivery/platform/errors";
import type { Money } from "./money.ts";
import type { Order, OrderItem } from "./order.ts";

/** What the customer says; prices and the rest come from the catalogue and the service. */
export interface Placement {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  readonly pickup: Order["pickup"];
  readonly dropOff: Order["dropOff"];
  readonly recipient: Order["recipient"];
  readonly note: string;
  readonly now: Date;
}

/** The first state of an order. @throws {DomainError} refused CURRENCY_MIXED. */
export function placeOrder({ now, ...placement }: Placement): Order {
  return {
    ...placement,
    status: "placed",
    total: totalOf(placement.items),
    cancellation: undefined,
    deliveryId: undefined,
    placedAt: now,
    updatedAt: now,
    version: 1n,
  };
}

/**
 * The exact sum of price times quantity. There is at least one item.
 *
 * @throws {DomainError} refused CURRENCY_MIXED when the items are not priced in one currency.
 */
export function totalOf(items: readonly Pick<OrderItem, "unitPrice" | "quantity">[]): Money {
  const currencies = [...new Set(items.map((item) => item.unitPrice.currency))];
  const [currency = ""] = currencies;
  if (currencies.length > 1) {
    throw new DomainError("refused", "CURRENCY_MIXED", "the items are priced in different currencies", {
      currencies: currencies.toSorted().join(","),
    });
  }
  const amountMinor = items.reduce((sum, item) => sum + item.unitPrice.amountMinor * BigInt(item.quantity), 0n);
  return { amountMinor, currency };
}
