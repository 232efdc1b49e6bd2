import type { Transaction } from "@animal-delivery/platform/db/database";
import { deleteClosedCustomer, lockCustomer } from "../store/customer-repository.ts";

/** Lets a customer place orders again, if they were closed. */
export async function reopenCustomer(tx: Transaction, customerId: string): Promise<void> {
  await lockCustomer(tx, customerId);
  await deleteClosedCustomer(tx, customerId);
}
