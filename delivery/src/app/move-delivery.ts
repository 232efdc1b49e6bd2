import type { Transaction } from "@animal-delivery/platform/db/database";
import { withStatus, type Delivery, type StepFacts } from "../domain/delivery.ts";
import { deliveryNotFound } from "../domain/refusals.ts";
import type { DeliveryStatus } from "../domain/status.ts";
import type { TellDelivery } from "../events/delivery-events.ts";
import { findDeliveryForUpdate, saveDelivery } from "../store/delivery-repository.ts";
import { insertStep } from "../store/history-repository.ts";
import type { Errand } from "./errand.ts";
import type { DeliveryObserver } from "./observer.ts";

/** A step of a delivery's life: where to, why, and how the world is told. */
export interface Move {
  readonly to: DeliveryStatus;
  /** Why, for the history; empty where there is nothing to say. */
  readonly reason: string;
  readonly facts?: StepFacts;
  readonly tell: TellDelivery;
}

/**
 * Locks the delivery that a caller speaks of. From here on nobody else changes it until the transaction ends.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND when there is none that the caller may see.
 */
export async function lockDelivery(tx: Transaction, errand: Errand): Promise<Delivery> {
  const delivery = await findDeliveryForUpdate(tx, errand.deliveryId, errand.visibility);
  if (!delivery) throw deliveryNotFound(errand.deliveryId);
  return delivery;
}

/**
 * Moves a locked delivery to another status, with its history, its change for the streams and its event.
 *
 * @throws {DomainError} refused DELIVERY_STATUS_REFUSED when the status may not go there.
 */
export async function moveDelivery(
  tx: Transaction,
  observer: DeliveryObserver,
  delivery: Delivery,
  actor: string,
  move: Move,
): Promise<Delivery> {
  const now = new Date();
  const moved = withStatus(delivery, move.to, now, move.facts);
  await saveDelivery(tx, moved);
  await insertStep(tx, moved, { status: moved.status, actor, reason: move.reason, changedAt: now });
  await move.tell(tx, moved);
  tx.afterCommit(() => observer.statusReached(moved));
  return moved;
}
