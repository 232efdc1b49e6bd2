import { DomainError } from "@animal-delivery/platform/errors";
import type { Animal } from "./animal.ts";
import type { Money } from "./money.ts";

/** The life of an order: each status and where it may go. A CHECK in the database repeats the names. */
export const TRANSITIONS = {
  placed: ["dispatched", "cancelled"],
  dispatched: ["in_transit", "cancelling", "cancelled", "failed"],
  cancelling: ["cancelled", "in_transit", "failed"],
  in_transit: ["delivered", "failed"],
  delivered: [],
  cancelled: [],
  failed: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderStatus = keyof typeof TRANSITIONS;

/** Whether an order may go from one status to the other at once. */
export function mayGo(from: OrderStatus, to: OrderStatus): boolean {
  const next: readonly OrderStatus[] = TRANSITIONS[from];
  return next.includes(to);
}

/** Whether an order that stands here stands here for ever. */
export function isFinal(status: OrderStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** Where an order stands while it is under way. */
export const STATUSES_UNDER_WAY = (Object.keys(TRANSITIONS) as OrderStatus[]).filter((status) => !isFinal(status));

/** A place where an animal is picked up or handed over. Personal data: it stays in the order's row. */
export interface Address {
  readonly street: string;
  readonly city: string;
  /** Empty where there are none. */
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Degrees, WGS 84. */
  readonly latitude: number;
  /** Degrees, WGS 84. */
  readonly longitude: number;
}

/** Who takes the animal at the door. Personal data: it stays in the order's row. */
export interface Recipient {
  readonly name: string;
  /** E.164. */
  readonly phone: string;
}

/** A product in an order, as it was when the order was placed. */
export interface OrderItem {
  readonly productId: string;
  readonly title: string;
  readonly animal: Animal;
  /** The price of one then. */
  readonly unitPrice: Money;
  readonly quantity: number;
}

/** A wish to cancel an order and what became of it. */
export interface Cancellation {
  readonly outcome: "requested" | "granted" | "refused";
  /** The wisher's words. Personal data. */
  readonly reason: string;
  readonly requestedAt: Date;
  /** Undefined while delivery has not answered. */
  readonly decidedAt: Date | undefined;
}

export interface Order {
  readonly orderId: string;
  /** The subject of the customer who placed it. */
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderItem[];
  readonly total: Money;
  readonly pickup: Address;
  readonly dropOff: Address;
  readonly recipient: Recipient;
  readonly note: string;
  /** Undefined when nobody wished to cancel. */
  readonly cancellation: Cancellation | undefined;
  /** Undefined before it is dispatched. */
  readonly deliveryId: string | undefined;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  /** Counts the order's events, from 1. */
  readonly version: bigint;
}

/** One step in the life of an order. */
export interface StatusChange {
  readonly status: OrderStatus;
  /** A subject, or `service:delivery`. */
  readonly actor: string;
  /** Empty where there is nothing to say. */
  readonly reason: string;
  readonly changedAt: Date;
}

/** There is no such order, or it belongs to somebody else: the caller learns no more than that. */
export function orderNotFound(orderId: string): DomainError {
  return new DomainError("notFound", "ORDER_NOT_FOUND", "there is no such order", { order_id: orderId });
}

/** @param deed what was asked for, as a verb in the passive: `cancelled`. */
export function orderStatusRefused(from: OrderStatus, deed: string): DomainError {
  return new DomainError("refused", "ORDER_STATUS_REFUSED", `an order that is ${from} cannot be ${deed}`, { from });
}

/** The customer's account is being deleted, or was. */
export function customerClosed(customerId: string): DomainError {
  return new DomainError("refused", "CUSTOMER_CLOSED", "the customer's account is closed", { customer_id: customerId });
}

/** @param orderId one that is under way. */
export function customerBusy(customerId: string, orderId: string): DomainError {
  const facts = { customer_id: customerId, order_id: orderId };
  return new DomainError("refused", "CUSTOMER_BUSY", "an order of the customer is under way", facts);
}
