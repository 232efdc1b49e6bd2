import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Delivery } from "../domain/delivery.ts";
import { tellDeliveryCompleted } from "../events/delivery-events.ts";
import type { Errand } from "./errand.ts";
import { lockDelivery, moveDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Hands the animal over to the recipient.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND, refused DELIVERY_STATUS_REFUSED.
 */
export async function completeDelivery(tx: Transaction, observer: DeliveryObserver, errand: Errand): Promise<Delivery> {
  const delivery = await lockDelivery(tx, errand);
  const move = { to: "delivered", reason: "", tell: tellDeliveryCompleted } as const;
  return moveDelivery(tx, observer, delivery, errand.actor, move);
}
