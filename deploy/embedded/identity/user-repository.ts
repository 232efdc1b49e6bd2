import type { DisabledSignUp, Identity } from "@animal-delivery/accounts/directory/user-directory";
import type { Database, Queryable } from "@animal-delivery/platform/db/database";

interface UserRow {
  user_id: string;
  username: string;
  email: string | null;
  email_verified: boolean;
  roles: string[];
  enabled: boolean;
  sign_up_id: string | null;
  created_at: Date;
}

interface UserRowWithHash extends UserRow {
  password_hash: string | null;
}

/** A user, and the hash of their password; undefined while they have none. */
export interface UserWithHash {
  readonly user: Identity;
  readonly hash: string | undefined;
}

/** What a new user is made of. */
export interface UserToInsert extends Omit<Identity, "createdAt"> {
  readonly hash: string | undefined;
}

const COLUMNS = "user_id, username, email, email_verified, roles, enabled, sign_up_id, created_at";

/** Reads one user; undefined when there is none. */
export async function findUser(db: Queryable, userId: string): Promise<Identity | undefined> {
  const { rows } = await db.query<UserRow>("findUser", `select ${COLUMNS} from users where user_id = $1`, [userId]);
  return rows[0] && fromRow(rows[0]);
}

/** Reads one user who can sign in; undefined when there is none. */
export async function findEnabledUser(db: Queryable, userId: string): Promise<Identity | undefined> {
  const user = await findUser(db, userId);
  return user?.isEnabled ? user : undefined;
}

/** Reads one user and locks the row until the transaction ends; undefined when there is none. */
export async function findUserForUpdate(tx: Queryable, userId: string): Promise<Identity | undefined> {
  const { rows } = await tx.query<UserRow>(
    "findUserForUpdate",
    `select ${COLUMNS} from users where user_id = $1 for update`,
    [userId],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Reads one user by their e-mail address, in lower case; undefined when there is none. */
export async function findUserByEmail(db: Queryable, email: string): Promise<Identity | undefined> {
  const { rows } = await db.query<UserRow>("findUserByEmail", `select ${COLUMNS} from users where email = $1`, [email]);
  return rows[0] && fromRow(rows[0]);
}

/** Reads one user with the hash of their password; undefined when there is none. */
export async function findUserWithHash(db: Queryable, userId: string): Promise<UserWithHash | undefined> {
  const { rows } = await db.query<UserRowWithHash>(
    "findUserWithHash",
    `select ${COLUMNS}, password_hash from users where user_id = $1`,
    [userId],
  );
  return rows[0] && withHash(rows[0]);
}

/** The same by what they sign in with, name or e-mail address, in lower case. */
export async function findUserByName(db: Queryable, name: string): Promise<UserWithHash | undefined> {
  const { rows } = await db.query<UserRowWithHash>(
    "findUserByName",
    `select ${COLUMNS}, password_hash
       from sign_in_names
       join users using (user_id)
      where name = $1`,
    [name],
  );
  return rows[0] && withHash(rows[0]);
}

/** Adds a user; false when somebody has the name. */
export async function insertUser(tx: Queryable, user: UserToInsert): Promise<boolean> {
  const { userId, username, email, emailVerified, roles, isEnabled, signUpId, hash } = user;
  const { rowCount } = await tx.query(
    "insertUser",
    `insert into users (user_id, username, email, email_verified, password_hash, roles, enabled, sign_up_id)
          values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8)
     on conflict do nothing`,
    [userId, username, email, emailVerified, hash ?? null, roles, isEnabled, signUpId ?? null],
  );
  return rowCount === 1;
}

/** Lets a user sign in by a name; false when it is somebody else's. */
export async function insertSignInName(tx: Queryable, name: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "insertSignInName",
    `insert into sign_in_names (name, user_id)
          values ($1, $2)
     on conflict (name) do update set name = excluded.name
           where sign_in_names.user_id = excluded.user_id`,
    [name, userId],
  );
  return rowCount === 1;
}

/** Lets go of every name of a user but `kept`. */
export async function deleteOtherSignInNames(tx: Queryable, userId: string, kept: readonly string[]): Promise<void> {
  await tx.query("deleteOtherSignInNames", "delete from sign_in_names where user_id = $1 and name <> all ($2)", [
    userId,
    kept,
  ]);
}

export async function saveNames(tx: Queryable, user: Identity): Promise<void> {
  await tx.query("saveNames", "update users set username = $2, email = $3, email_verified = $4 where user_id = $1", [
    user.userId,
    user.username,
    user.email,
    user.emailVerified,
  ]);
}

/** So do all that follow: false when there is no such user. */
export async function saveEnabled(db: Queryable, userId: string, isEnabled: boolean): Promise<boolean> {
  const text = "update users set enabled = $2 where user_id = $1";
  return (await db.query("saveEnabled", text, [userId, isEnabled])).rowCount === 1;
}

export async function saveRoles(db: Queryable, userId: string, roles: readonly string[]): Promise<boolean> {
  const text = "update users set roles = $2 where user_id = $1";
  return (await db.query("saveRoles", text, [userId, roles])).rowCount === 1;
}

export async function saveHash(db: Queryable, userId: string, hash: string): Promise<boolean> {
  const text = "update users set password_hash = $2 where user_id = $1";
  return (await db.query("saveHash", text, [userId, hash])).rowCount === 1;
}

/** Puts another hash of the same password in the place of `old`, unless the password was changed meanwhile. */
export async function replaceHash(db: Queryable, userId: string, old: string, hash: string): Promise<void> {
  await db.query("replaceHash", "update users set password_hash = $3 where user_id = $1 and password_hash = $2", [
    userId,
    old,
    hash,
  ]);
}

export async function deleteUser(tx: Queryable, userId: string): Promise<void> {
  await tx.query("deleteUser", "delete from users where user_id = $1", [userId]);
}

/** Lists users that a sign-up made before `before` and that cannot sign in, the oldest first. */
export async function listDisabledSignUps(db: Database, before: Date, limit: number): Promise<DisabledSignUp[]> {
  const { rows } = await db.query<{ user_id: string; enabled: boolean; sign_up_id: string }>(
    "listDisabledSignUps",
    `select user_id, enabled, sign_up_id
       from users
      where not enabled and sign_up_id is not null and created_at < $1
      order by created_at
      limit $2`,
    [before, limit],
  );
  return rows.map((row) => ({ userId: row.user_id, isEnabled: row.enabled, signUpId: row.sign_up_id }));
}

function withHash(row: UserRowWithHash): UserWithHash {
  return { user: fromRow(row), hash: row.password_hash ?? undefined };
}

function fromRow(row: UserRow): Identity {
  return {
    userId: row.user_id,
    username: row.username,
    email: row.email ?? "",
    emailVerified: row.email_verified,
    roles: row.roles,
    isEnabled: row.enabled,
    signUpId: row.sign_up_id ?? undefined,
    createdAt: row.created_at,
  };
}
