import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Delivery } from "../domain/delivery.ts";
import { tellDeliveryCancelled } from "../events/delivery-events.ts";
import type { Errand } from "./errand.ts";
import { lockDelivery, moveDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Calls a delivery off before the animal is on board; orders cancels the order when it hears of it.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND, refused DELIVERY_STATUS_REFUSED.
 */
export async function cancelDelivery(
  tx: Transaction,
  observer: DeliveryObserver,
  errand: Errand,
  reason: string,
): Promise<Delivery> {
  const delivery = await lockDelivery(tx, errand);
  return moveDelivery(tx, observer, delivery, errand.actor, { to: "cancelled", reason, tell: tellDeliveryCancelled });
}
