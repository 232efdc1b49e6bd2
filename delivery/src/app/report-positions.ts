import type { Transaction } from "@animal-delivery/platform/db/database";
import { withPositions } from "../domain/delivery.ts";
import { highestSequence, type Position } from "../domain/position.ts";
import { positionsRefused } from "../domain/refusals.ts";
import { isDriven } from "../domain/status.ts";
import { saveDelivery } from "../store/delivery-repository.ts";
import { insertPositionChange, insertPositions } from "../store/position-repository.ts";
import type { Errand } from "./errand.ts";
import { lockDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

export interface Reported {
  /** How many positions were new. */
  readonly accepted: number;
  /** The highest device sequence stored for the delivery. */
  readonly deviceSequenceMax: bigint;
}

/**
 * Stores a batch of positions, late and repeated ones too. The streams hear of the newest of the batch, when it is newer
 * than all before.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND, refused DELIVERY_STATUS_REFUSED.
 */
export async function reportPositions(
  tx: Transaction,
  observer: DeliveryObserver,
  errand: Errand,
  positions: readonly Position[],
): Promise<Reported> {
  const delivery = await lockDelivery(tx, errand);
  if (!isDriven(delivery.status)) throw positionsRefused(delivery.status);

  const stored = await insertPositions(tx, delivery.deliveryId, positions);
  const after = withPositions(delivery, highestSequence(stored));
  if (after.lastSequence !== undefined && after !== delivery) {
    await insertPositionChange(tx, after.deliveryId, after.changeSeq, after.lastSequence);
    await saveDelivery(tx, after);
  }
  tx.afterCommit(() => observer.positionsStored(after, stored.length));
  return { accepted: stored.length, deviceSequenceMax: after.lastSequence ?? 0n };
}
