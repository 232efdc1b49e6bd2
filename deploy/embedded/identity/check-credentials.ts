import type { Database } from "@animal-delivery/platform/db/database";
import { hashPassword, PASSWORD_LENGTH_MAX, verifyPassword } from "./password.ts";
import { findUserWithHash, type User } from "./user-repository.ts";

/** Checked when there is no such user, so that the answer takes as long as for a wrong password. */
const nobodysHash = hashPassword("a password that nobody has");

/** The user whom name and password name; undefined for an unknown name and for a wrong password alike, in the same time. */
export async function checkCredentials(db: Database, username: string, password: string): Promise<User | undefined> {
  if (password.length > PASSWORD_LENGTH_MAX) return undefined;
  // PostgreSQL has no text with U+0000.
  const found = username.includes("\0") ? undefined : await findUserWithHash(db, username);
  const matches = await verifyPassword(password, found?.hash ?? (await nobodysHash));
  return matches ? found?.user : undefined;
}
