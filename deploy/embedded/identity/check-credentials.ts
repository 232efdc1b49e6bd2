import type { Identity } from "@animal-delivery/accounts/directory/user-directory";
import type { Database } from "@animal-delivery/platform/db/database";
import { hashPassword, isOutdated, isTooLong, verifyPassword } from "./password.ts";
import { findUserByName, findUserWithHash, replaceHash, type UserWithHash } from "./user-repository.ts";

/** Checked when there is nobody, or nobody with a password, so that the answer takes as long as for a wrong one. */
const nobodysHash = hashPassword("a password that nobody has");

/** Somebody who may sign in. */
export interface SignIn {
  readonly user: Identity;
  /**
   * Whether they still may, once what they sign in by was saved: whoever changed the password or shut them out before is seen
   * here, and whoever does so later finds what was saved, and ends it.
   */
  isStillGood(): Promise<boolean>;
}

/**
 * Whom name and password name, the name in any case. Undefined for an unknown name, for a wrong password and for somebody who
 * cannot sign in alike, in the same time.
 */
export async function checkCredentials(db: Database, name: string, password: string): Promise<SignIn | undefined> {
  if (isTooLong(password)) return undefined;
  // PostgreSQL has no text with U+0000.
  const found = name.includes("\0") ? undefined : await findUserByName(db, name.toLowerCase());
  if (!(await isPasswordOf(db, found, password)) || !found) return undefined;
  const { user, hash } = found;
  return {
    user,
    async isStillGood() {
      const now = await findUserWithHash(db, user.userId);
      // A hash is made anew also for the same password.
      return now?.hash === hash ? (now?.user.isEnabled ?? false) : isPasswordOf(db, now, password);
    },
  };
}

/** Whether somebody can sign in by the password. The right one is hashed anew when hashes cost something else by now. */
export async function isPasswordOf(db: Database, found: UserWithHash | undefined, password: string): Promise<boolean> {
  if (isTooLong(password)) return false;
  const hash = found?.hash;
  const matches = await verifyPassword(password, hash ?? (await nobodysHash));
  if (!matches || hash === undefined || !found?.user.isEnabled) return false;
  if (isOutdated(hash)) await replaceHash(db, found.user.userId, hash, await hashPassword(password));
  return true;
}
