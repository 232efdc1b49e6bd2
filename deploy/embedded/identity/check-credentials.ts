import type { Identity } from "@animal-delivery/accounts/directory/user-directory";
import type { Database } from "@animal-delivery/platform/db/database";
import { isTooLong, type Passwords } from "./password.ts";
import { findUserByName, findUserWithHash, replaceHash, type UserWithHash } from "./user-repository.ts";

/** Where users are kept, and how their passwords are checked. */
export interface SignInSource {
  readonly db: Database;
  readonly passwords: Passwords;
}

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
export async function checkCredentials(
  source: SignInSource,
  name: string,
  password: string,
): Promise<SignIn | undefined> {
  const { db } = source;
  if (isTooLong(password)) return undefined;
  // PostgreSQL has no text with U+0000.
  const found = name.includes("\0") ? undefined : await findUserByName(db, name.toLowerCase());
  if (!(await isPasswordOf(source, found, password)) || !found) return undefined;
  const { user, hash } = found;
  return {
    user,
    async isStillGood() {
      const now = await findUserWithHash(db, user.userId);
      // A hash is made anew also for the same password.
      return now?.hash === hash ? (now?.user.isEnabled ?? false) : isPasswordOf(source, now, password);
    },
  };
}

/** Whether somebody can sign in by the password. The right one is hashed anew when hashes cost something else by now. */
export async function isPasswordOf(
  { db, passwords }: SignInSource,
  found: UserWithHash | undefined,
  password: string,
): Promise<boolean> {
  if (isTooLong(password)) return false;
  const hash = found?.hash;
  const matches = await passwords.matches(password, hash);
  if (!matches || hash === undefined || !found?.user.isEnabled) return false;
  if (passwords.isOutdated(hash)) await replaceHash(db, found.user.userId, hash, await passwords.hash(password));
  return true;
}
