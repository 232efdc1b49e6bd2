import type { Database } from "@animal-delivery/platform/db/database";
import type { Passwords } from "./password.ts";
import { SEEDED_USERS } from "./seeded-users.ts";
import { findUser, findUserWithHash, insertSignInName, insertUser } from "./user-repository.ts";

/** Adds the seeded users that are missing; those who are there keep their password. */
export async function addSeededUsers(db: Database): Promise<void> {
  await Promise.all(
    SEEDED_USERS.map(async ({ userId, username, email, roles, passwordHash: hash }) => {
      if (await findUser(db, userId)) return;
      await db.transaction(async (tx) => {
        const state = { emailVerified: true, isEnabled: true, signUpId: undefined };
        if (!(await insertUser(tx, { userId, username, email, roles, hash, ...state }))) return;
        for (const name of [username, email]) await insertSignInName(tx, name, userId);
      });
    }),
  );
}

/** The seeded users who still have the password that everybody knows. */
export async function listUsersWithSeededPassword(db: Database, passwords: Passwords): Promise<string[]> {
  const checked = await Promise.all(
    SEEDED_USERS.map(async ({ userId, username, password, passwordHash }) => {
      const hash = (await findUserWithHash(db, userId))?.hash;
      if (hash === undefined) return [];
      return hash === passwordHash || (await passwords.matches(password, hash)) ? [username] : [];
    }),
  );
  return checked.flat();
}
