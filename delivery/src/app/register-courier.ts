import type { Transaction } from "@animal-delivery/platform/db/database";
import { registeredCourier, type CourierAtWork } from "../domain/courier.ts";
import { courierExists, courierNotFound, personClosed } from "../domain/refusals.ts";
import { tellCourierRegistered } from "../events/courier-events.ts";
import { insertCourier } from "../store/courier-repository.ts";
import { isClosed } from "../store/person-repository.ts";
import type { Visibility } from "../store/visibility.ts";

/**
 * Registers a courier, off duty.
 *
 * @param courierId the person's subject; empty for the caller.
 * @throws {DomainError} notFound COURIER_NOT_FOUND when the caller may register themselves alone and names somebody else;
 *   refused PERSON_CLOSED; alreadyExists COURIER_EXISTS.
 */
export async function registerCourier(
  tx: Transaction,
  visibility: Visibility,
  courierId: string,
  displayName: string,
): Promise<CourierAtWork> {
  const registers = courierId || visibility.subject;
  const mayRegister = visibility.relations.has("any") || registers === visibility.subject;
  // A service on its own has no subject to register.
  if (!mayRegister || registers === "") throw courierNotFound(registers);

  const courier = registeredCourier(registers, displayName, new Date());
  const isNew = await insertCourier(tx, courier);
  if (await isClosed(tx, registers)) throw personClosed(registers);
  if (!isNew) throw courierExists(registers);
  await tellCourierRegistered(tx, courier);
  return { ...courier, deliveryId: undefined };
}
