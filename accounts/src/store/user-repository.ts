import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { User } from "../domain/user.ts";
import { USER_COLUMNS, userOf, type UserRow } from "./user-row.ts";

/** Reads one user; undefined when there is none. */
export async function findUser(db: Queryable, userId: string): Promise<User | undefined> {
  const { rows } = await db.query<UserRow>(
    "find_user",
    `select ${USER_COLUMNS}
       from users u
      where u.user_id = $1`,
    [userId],
  );
  return rows[0] && userOf(rows[0]);
}

/** Reads one user and locks the row until the transaction ends; undefined when there is none. */
export async function findUserForUpdate(tx: Transaction, userId: string): Promise<User | undefined> {
  const { rows } = await tx.query<UserRow>(
    "find_user_for_update",
    `select ${USER_COLUMNS}
       from users u
      where u.user_id = $1
        for no key update`,
    [userId],
  );
  return rows[0] && userOf(rows[0]);
}

/**
 * Writes a new user, whose row says what the provider says.
 *
 * @returns whether there was none of this id.
 */
export async function insertUser(tx: Transaction, user: User): Promise<boolean> {
  const { rowCount } = await tx.query(
    "insert_user",
    `insert into users (user_id, email, email_verified, display_name, phone, locale, roles, state, version, revision,
                        updated_at, created_at, followed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)
         on conflict (user_id) do nothing`,
    [...valuesOf(user), user.createdAt],
  );
  return rowCount === 1;
}

/** Writes what may change of a user. */
export async function saveUser(tx: Transaction, user: User): Promise<void> {
  await tx.query(
    "save_user",
    `update users
        set email = $2, email_verified = $3, display_name = $4, phone = $5, locale = $6, roles = $7, state = $8,
            version = $9, revision = $10, updated_at = $11
      where user_id = $1`,
    valuesOf(user),
  );
}

/** Deletes a user's row alone. */
export async function deleteUserRow(tx: Transaction, userId: string): Promise<void> {
  await tx.query("delete_user_row", "delete from users where user_id = $1", [userId]);
}

function valuesOf(user: User): unknown[] {
  return [
    user.userId,
    user.email,
    user.emailVerified,
    user.displayName,
    user.phone,
    user.locale,
    user.roles,
    user.state,
    user.version,
    user.revision,
    user.updatedAt,
  ];
}
