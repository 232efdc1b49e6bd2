import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Delivery, FailureReason } from "../domain/delivery.ts";
import { tellDeliveryFailed } from "../events/delivery-events.ts";
import type { Errand } from "./errand.ts";
import { lockDelivery, moveDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Gives a delivery up.
 *
 * @param note what else is to be said, for the history.
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND, refused DELIVERY_STATUS_REFUSED.
 */
export async function failDelivery(
  tx: Transaction,
  observer: DeliveryObserver,
  errand: Errand,
  failureReason: FailureReason,
  note: string,
): Promise<Delivery> {
  const delivery = await lockDelivery(tx, errand);
  const move = { to: "failed", reason: note, facts: { failureReason }, tell: tellDeliveryFailed } as const;
  return moveDelivery(tx, observer, delivery, errand.actor, move);
}
