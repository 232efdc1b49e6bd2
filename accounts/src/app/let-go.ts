import type { Database } from "@animal-delivery/platform/db/database";
import { releaseOfSignUp } from "../store/email-ledger.ts";
import { deleteReservation } from "../store/sign-up-repository.ts";

/**
 * Forgets a sign-up that has no saga and frees its address.
 *
 * @param before is done first, while nobody can start the saga.
 * @returns whether it had none, and was still there.
 */
export async function letGo(
  db: Database,
  signUpId: string,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const wasReserved = await deleteReservation(tx, signUpId);
    if (!wasReserved) return false;
    await before();
    await releaseOfSignUp(tx, signUpId);
    return true;
  });
}
