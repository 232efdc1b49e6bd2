import type { Transaction } from "@animal-delivery/platform/db/database";
import { withAvailability, type Availability, type CourierAtWork } from "../domain/courier.ts";
import { courierNotFound, personClosed } from "../domain/refusals.ts";
import { tellAvailabilityChanged } from "../events/courier-events.ts";
import { findCourierForUpdate, saveAvailability } from "../store/courier-repository.ts";
import { isClosed } from "../store/person-repository.ts";
import type { Visibility } from "../store/visibility.ts";

/**
 * Puts a courier on or off duty; a courier who is so already stays so and nothing is told. What they carry they finish.
 *
 * @throws {DomainError} notFound COURIER_NOT_FOUND, refused PERSON_CLOSED for going on duty.
 */
export async function setAvailability(
  tx: Transaction,
  visibility: Visibility,
  courierId: string,
  availability: Availability,
): Promise<CourierAtWork> {
  const courier = await findCourierForUpdate(tx, courierId, visibility);
  if (!courier) throw courierNotFound(courierId);
  if (availability === "available" && (await isClosed(tx, courierId))) throw personClosed(courierId);
  if (courier.availability === availability) return courier;

  const changed = withAvailability(courier, availability);
  await saveAvailability(tx, changed);
  await tellAvailabilityChanged(tx, changed);
  return { ...changed, deliveryId: courier.deliveryId };
}
