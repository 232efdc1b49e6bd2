import type { Transaction } from "@animal-delivery/platform/db/database";
import { refusedCancellation } from "../domain/delivery.ts";
import { mayGo } from "../domain/status.ts";
import { tellCancellationRefused, tellDeliveryCancelled } from "../events/delivery-events.ts";
import { saveDelivery } from "../store/delivery-repository.ts";
import { EVERY_ROW } from "../store/visibility.ts";
import { lockDelivery, moveDelivery } from "./move-delivery.ts";
import type { DeliveryObserver } from "./observer.ts";

/**
 * Answers orders' wish to cancel: granted until the animal is on board, refused from then on. A delivery that was called off
 * or given up already has told orders so.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND: the event that starts it has not been worked on yet.
 */
export async function decideCancellation(
  tx: Transaction,
  observer: DeliveryObserver,
  deliveryId: string,
): Promise<void> {
  const delivery = await lockDelivery(tx, { deliveryId, actor: "service:orders", visibility: EVERY_ROW });
  if (delivery.status === "cancelled" || delivery.status === "failed") return;

  if (mayGo(delivery.status, "cancelled")) {
    const move = { to: "cancelled", reason: "the order was cancelled", tell: tellDeliveryCancelled } as const;
    await moveDelivery(tx, observer, delivery, "service:orders", move);
  } else {
    const refused = refusedCancellation(delivery);
    await saveDelivery(tx, refused);
    await tellCancellationRefused(tx, refused);
  }
}
