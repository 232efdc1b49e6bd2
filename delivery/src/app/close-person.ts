import type { Transaction } from "@animal-delivery/platform/db/database";
import { personBusy } from "../domain/refusals.ts";
import { findDeliveryUnderWay, insertClosedPerson, lockPerson } from "../store/person-repository.ts";

/**
 * Lets a person get no delivery any more. Against an assignment at the same moment their lock decides: either they have the
 * delivery and this is refused, or the assignment is.
 *
 * @throws {DomainError} refused PERSON_BUSY while a delivery that they ordered or carry is under way.
 */
export async function closePerson(tx: Transaction, personId: string): Promise<void> {
  await lockPerson(tx, personId);
  const deliveryId = await findDeliveryUnderWay(tx, personId);
  if (deliveryId !== undefined) throw personBusy(personId, deliveryId);
  await insertClosedPerson(tx, personId, new Date());
}
