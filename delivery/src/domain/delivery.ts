import type { Journey } from "./journey.ts";
import { deliveryStatusRefused } from "./refusals.ts";
import { isFinal, mayGo, type DeliveryStatus } from "./status.ts";

/** Why a delivery was given up: a closed list. */
export type FailureReason =
  | "animal_unfit"
  | "animal_absent"
  | "papers_missing"
  | "recipient_absent"
  | "recipient_refused"
  | "address_unreachable"
  | "vehicle_failure"
  | "animal_died";

/** A delivery: the journey of one order's animals. */
export interface Delivery {
  readonly deliveryId: string;
  readonly orderId: string;
  /** The subject of the order's customer. */
  readonly customerId: string;
  /** Undefined before a courier is assigned. */
  readonly courierId: string | undefined;
  readonly status: DeliveryStatus;
  readonly journey: Journey;
  /** Set exactly when the status is `failed`. */
  readonly failureReason: FailureReason | undefined;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** Counts the delivery's events from 1. */
  readonly version: bigint;
  /** Counts what its streams tell, from 1: statuses and newer positions. */
  readonly changeSeq: bigint;
  /** The highest device sequence stored; undefined when there is no position. */
  readonly lastSequence: bigint | undefined;
}

/** One step in the life of a delivery. */
export interface Step {
  readonly status: DeliveryStatus;
  /** Who caused it: a subject or `service:<name>`. */
  readonly actor: string;
  /** Why; empty where there is nothing to say. Personal data may stand in it. */
  readonly reason: string;
  readonly changedAt: Date;
}

/** What a step sets besides the status. */
export interface StepFacts {
  readonly courierId?: string;
  readonly failureReason?: FailureReason;
}

/** What a delivery is started from. */
export interface Dispatched {
  readonly deliveryId: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly journey: Journey;
}

/** A new delivery, pending. */
export function startedDelivery(order: Dispatched, now: Date): Delivery {
  return {
    deliveryId: order.deliveryId,
    orderId: order.orderId,
    customerId: order.customerId,
    courierId: undefined,
    status: "pending",
    journey: order.journey,
    failureReason: undefined,
    startedAt: now,
    updatedAt: now,
    version: 1n,
    changeSeq: 1n,
    lastSequence: undefined,
  };
}

/**
 * The delivery after a step: one event and one change further.
 *
 * @throws {DomainError} refused DELIVERY_STATUS_REFUSED when the status may not go there.
 */
export function withStatus(delivery: Delivery, to: DeliveryStatus, now: Date, facts: StepFacts = {}): Delivery {
  if (!mayGo(delivery.status, to)) throw deliveryStatusRefused(delivery.status, to);
  return {
    ...delivery,
    ...facts,
    status: to,
    updatedAt: now,
    version: delivery.version + 1n,
    changeSeq: delivery.changeSeq + 1n,
  };
}

/** The delivery after it refused to be called off: one event further, otherwise as it was. */
export function refusedCancellation(delivery: Delivery): Delivery {
  return { ...delivery, version: delivery.version + 1n };
}

/** When the delivery came to its end; undefined while it is under way. Nothing changes a finished delivery. */
export function finishedAt(delivery: Delivery): Date | undefined {
  return isFinal(delivery.status) ? delivery.updatedAt : undefined;
}

/** The delivery after positions were stored: a change further when one of them is newer than all before. */
export function withPositions(delivery: Delivery, highest: bigint | undefined): Delivery {
  const { lastSequence } = delivery;
  if (highest === undefined || (lastSequence !== undefined && highest <= lastSequence)) return delivery;
  return { ...delivery, lastSequence: highest, changeSeq: delivery.changeSeq + 1n };
}
