import type { Database } from "@animal-delivery/platform/db/database";
import { hashPassword, verifyPassword } from "./password.ts";
import { SEEDED_USERS } from "./seeded-users.ts";

/** A person who can sign in. */
export interface User {
  readonly userId: string;
  readonly username: string;
  readonly roles: readonly string[];
}

interface UserRow {
  user_id: string;
  username: string;
  password_hash: string;
  roles: string[];
}

/** Reads one user; undefined when there is none. */
export async function findUser(db: Database, userId: string): Promise<User | undefined> {
  const { rows } = await db.query<UserRow>(
    "findUser",
    "select user_id, username, password_hash, roles from users where user_id = $1",
    [userId],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Reads one user and the hash of their password by the name they sign in with. */
export async function findUserWithHash(
  db: Database,
  username: string,
): Promise<{ user: User; hash: string } | undefined> {
  const { rows } = await db.query<UserRow>(
    "findUserWithHash",
    "select user_id, username, password_hash, roles from users where username = $1",
    [username],
  );
  return rows[0] && { user: fromRow(rows[0]), hash: rows[0].password_hash };
}

/** Adds the seeded users that are missing; those who are there keep their password. */
export async function insertSeededUsers(db: Database): Promise<void> {
  await Promise.all(
    SEEDED_USERS.map(async ({ userId, username, password, roles }) => {
      if (await findUser(db, userId)) return;
      await db.query(
        "insertSeededUser",
        `insert into users (user_id, username, password_hash, roles)
              values ($1, $2, $3, $4)
         on conflict do nothing`,
        [userId, username, await hashPassword(password), roles],
      );
    }),
  );
}

/** The seeded users who still have the password that everybody knows. */
export async function listUsersWithSeededPassword(db: Database): Promise<string[]> {
  const checked = await Promise.all(
    SEEDED_USERS.map(async ({ username, password }) => {
      const found = await findUserWithHash(db, username);
      return found && (await verifyPassword(password, found.hash)) ? [username] : [];
    }),
  );
  return checked.flat();
}

function fromRow(row: UserRow): User {
  return { userId: row.user_id, username: row.username, roles: row.roles };
}
