import { isFinal, mayGo, orderStatusRefused, type Cancellation, type Order, type OrderStatus } from "./order.ts";

/** What can be told of an order. Each is one event and one version. */
export type OrderFact =
  | "created"
  | "dispatched"
  | "cancellationRequested"
  | "cancellationRefused"
  | "cancelled"
  | "transitStarted"
  | "delivered"
  | "failed"
  | "deleted";

/** A decision: the order as it is afterwards and what happened to it, in order. */
export interface OrderChange {
  readonly before: Order;
  readonly after: Order;
  readonly facts: readonly OrderFact[];
}

/**
 * Hands the order over to a delivery. Undefined when that delivery has it already: the same call came twice.
 *
 * @throws {DomainError} refused ORDER_STATUS_REFUSED.
 */
export function dispatch(order: Order, deliveryId: string, now: Date): OrderChange | undefined {
  if (order.deliveryId === deliveryId) return undefined;
  if (!mayGo(order.status, "dispatched")) throw orderStatusRefused(order.status, "dispatched");
  return change(order, { status: "dispatched", deliveryId }, ["dispatched"], now);
}

/**
 * Wishes the order cancelled: granted at once before delivery has it, asked of delivery afterwards. Undefined when
 * delivery was asked already and has not answered.
 *
 * @throws {DomainError} refused ORDER_STATUS_REFUSED.
 */
export function cancel(order: Order, reason: string, now: Date): OrderChange | undefined {
  switch (order.status) {
    case "placed": {
      const cancellation = { outcome: "granted", reason, requestedAt: now, decidedAt: now } as const;
      return change(order, { status: "cancelled", cancellation }, ["cancelled"], now);
    }
    case "dispatched": {
      const cancellation = { outcome: "requested", reason, requestedAt: now, decidedAt: undefined } as const;
      return change(order, { status: "cancelling", cancellation }, ["cancellationRequested"], now);
    }
    case "cancelling":
      return undefined;
    case "in_transit":
    case "delivered":
    case "cancelled":
    case "failed":
      break;
  }
  throw orderStatusRefused(order.status, "cancelled");
}

/** @throws {DomainError} refused ORDER_STATUS_REFUSED while the order is not finished. */
export function remove(order: Order, now: Date): OrderChange {
  if (!isFinal(order.status)) throw orderStatusRefused(order.status, "deleted");
  return change(order, {}, ["deleted"], now);
}

/** What delivery tells: where it leads, the fact it makes, and what it does to a wish to cancel that is still open. */
const DELIVERY_NEWS = {
  pickedUp: { to: "in_transit", fact: "transitStarted", openWish: "refused" },
  completed: { to: "delivered", fact: "delivered", openWish: "refused" },
  failed: { to: "failed", fact: "failed", openWish: "refused" },
  cancelled: { to: "cancelled", fact: "cancelled", openWish: "granted" },
} as const satisfies Record<string, { to: OrderStatus; fact: OrderFact; openWish: Cancellation["outcome"] }>;

export type DeliveryNews = keyof typeof DELIVERY_NEWS;

/** Follows the delivery. Undefined when the order is where it may not go on from like this: the news is old. */
export function follow(order: Order, news: DeliveryNews, now: Date): OrderChange | undefined {
  const { to, fact, openWish } = DELIVERY_NEWS[news];
  if (!mayGo(order.status, to)) return undefined;

  const wish = order.cancellation;
  if (wish?.outcome !== "requested") return change(order, { status: to }, [fact], now);
  const cancellation = { ...wish, outcome: openWish, decidedAt: now };
  const facts: OrderFact[] = openWish === "refused" ? ["cancellationRefused", fact] : [fact];
  return change(order, { status: to, cancellation }, facts, now);
}

/** Delivery does not cancel. Undefined when the wish is settled already. The status follows by the delivery's own news. */
export function refuseCancellation(order: Order, now: Date): OrderChange | undefined {
  const wish = order.cancellation;
  if (wish?.outcome !== "requested") return undefined;
  return change(order, { cancellation: { ...wish, outcome: "refused", decidedAt: now } }, ["cancellationRefused"], now);
}

function change(before: Order, to: Partial<Order>, facts: readonly OrderFact[], now: Date): OrderChange {
  const after = { ...before, ...to, updatedAt: now, version: before.version + BigInt(facts.length) };
  return { before, after, facts };
}
