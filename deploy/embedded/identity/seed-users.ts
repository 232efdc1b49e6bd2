import type { Database } from "@animal-delivery/platform/db/database";
import { hashPassword, verifyPassword } from "./password.ts";
import { SEEDED_USERS } from "./seeded-users.ts";
import { findUser, findUserWithHash, insertSignInName, insertUser } from "./user-repository.ts";

/** Adds the seeded users that are missing; those who are there keep their password. */
export async function addSeededUsers(db: Database): Promise<void> {
  await Promise.all(
    SEEDED_USERS.map(async ({ password, ...user }) => {
      if (await findUser(db, user.userId)) return;
      const hash = await hashPassword(password);
      await db.transaction(async (tx) => {
        const added = { ...user, emailVerified: true, isEnabled: true, signUpId: undefined, hash };
        if (!(await insertUser(tx, added))) return;
        for (const name of [user.username, user.email]) await insertSignInName(tx, name, user.userId);
      });
    }),
  );
}

/** The seeded users who still have the password that everybody knows. */
export async function listUsersWithSeededPassword(db: Database): Promise<string[]> {
  const checked = await Promise.all(
    SEEDED_USERS.map(async ({ userId, username, password }) => {
      const found = await findUserWithHash(db, userId);
      return found?.hash !== undefined && (await verifyPassword(password, found.hash)) ? [username] : [];
    }),
  );
  return checked.flat();
}
