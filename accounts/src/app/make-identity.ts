import { isRefusedFor } from "../domain/refusal.ts";
import type { IdentityToMake } from "../directory/user-directory.ts";
import { isOrphan } from "./orphan.ts";
import type { Parts } from "./parts.ts";

/**
 * Makes the identity of a sign-up that holds the address. An orphan of an earlier one stands in its way no longer than this:
 * the provider may have made it after we gave up waiting.
 *
 * @returns the user id.
 * @throws {DomainError} alreadyExists EMAIL_TAKEN, forbidden ROLES_REFUSED, unavailable.
 */
export async function makeIdentity(parts: Parts, identity: IdentityToMake): Promise<string> {
  const { directory } = parts;
  try {
    return await directory.makeIdentity(identity);
  } catch (error) {
    if (!isRefusedFor(error, "EMAIL_TAKEN")) throw error;
    const holder = await directory.findIdentityByEmail(identity.email);
    if (!holder || !(await isOrphan(parts, holder))) throw error;
    await directory.deleteIdentity(holder.userId);
    return directory.makeIdentity(identity);
  }
}
