import type { Transaction } from "@animal-delivery/platform/db/database";
import type { Delivery } from "../domain/delivery.ts";
import { tellDeliveryPickedUp } from "../events/delivery-events.ts";
import type { Errand } from "./errand.ts";
import { lockDelivery, moveDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Takes the animal on board. Against a cancellation at the same time the row's lock decides: one wins, the other is refused.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND, refused DELIVERY_STATUS_REFUSED.
 */
export async function pickUpDelivery(tx: Transaction, observer: DeliveryObserver, errand: Errand): Promise<Delivery> {
  const delivery = await lockDelivery(tx, errand);
  return moveDelivery(tx, observer, delivery, errand.actor, {
    to: "picked_up",
    reason: "",
    tell: tellDeliveryPickedUp,
  });
}
