import type { Transaction } from "@animal-delivery/platform/db/database";
import { deleteClosedPerson, lockPerson } from "../store/person-repository.ts";

/** Lets a person get deliveries again, if they were closed. */
export async function reopenPerson(tx: Transaction, personId: string): Promise<void> {
  await lockPerson(tx, personId);
  await deleteClosedPerson(tx, personId);
}
