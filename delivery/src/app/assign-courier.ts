import type { Transaction } from "@animal-delivery/platform/db/database";
import { isUniqueViolation } from "@animal-delivery/platform/db/violations";
import type { Delivery } from "../domain/delivery.ts";
import { courierNotFound, courierUnavailable, deliveryStatusRefused, personClosed } from "../domain/refusals.ts";
import { mayGo } from "../domain/status.ts";
import { tellCourierAssigned } from "../events/delivery-events.ts";
import { findCourierForUpdate } from "../store/courier-repository.ts";
import { isClosed } from "../store/person-repository.ts";
import { EVERY_ROW } from "../store/visibility.ts";
import type { Errand } from "./errand.ts";
import { lockDelivery, moveDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Gives a pending delivery to a courier. Locks the delivery, then the courier, always in this order: of two assignments at
 * once one waits and loses, none deadlocks.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND or COURIER_NOT_FOUND; refused DELIVERY_STATUS_REFUSED,
 *   PERSON_CLOSED or COURIER_UNAVAILABLE.
 */
export async function assignCourier(
  tx: Transaction,
  observer: DeliveryObserver,
  errand: Errand,
  courierId: string,
): Promise<Delivery> {
  const delivery = await lockDelivery(tx, errand);
  if (!mayGo(delivery.status, "assigned")) throw deliveryStatusRefused(delivery.status, "assigned");

  const courier = await findCourierForUpdate(tx, courierId, EVERY_ROW);
  if (!courier) throw courierNotFound(courierId);
  if (await isClosed(tx, courierId)) throw personClosed(courierId);
  if (courier.availability !== "available") throw courierUnavailable(courierId, "off_duty");

  const move = { to: "assigned", reason: "", facts: { courierId }, tell: tellCourierAssigned } as const;
  return moveDelivery(tx, observer, delivery, errand.actor, move).catch((error: unknown) => {
    throw isUniqueViolation(error, "deliveries_courier_live")
      ? courierUnavailable(courierId, "carries_another")
      : error;
  });
}
