import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Role, User, UserState } from "../domain/user.ts";
import { USER_COLUMNS, userOf, type UserRow } from "./user-row.ts";

export interface UserFilters {
  /** In lower case; empty for all. */
  readonly emailPrefix: string;
  /** Undefined for all. */
  readonly role: Role | undefined;
  /** Undefined for all. */
  readonly state: UserState | undefined;
}

/** The last user of the page before. */
export interface UserPosition {
  readonly email: string;
  readonly userId: string;
}

/** Above every text that begins with what stands before it. */
const LAST_CHARACTER = "\u{10FFFF}";

/** Literals, not parameters: each text has a plan of its own, on the index whose condition it repeats. */
const ROLE_CONDITIONS = {
  customer: "and u.roles @> '{customer}'",
  courier: "and u.roles @> '{courier}'",
  dispatcher: "and u.roles @> '{dispatcher}'",
  admin: "and u.roles @> '{admin}'",
} as const satisfies Record<Role, string>;

const STATE_CONDITIONS = {
  pending: "and u.state = 'pending'",
  active: "and u.state = 'active'",
  deleting: "and u.state = 'deleting'",
} as const satisfies Record<UserState, string>;

/** Lists users by (email, user_id), from after a position. */
export async function listUsers(
  db: Queryable,
  { emailPrefix, ...filters }: UserFilters,
  after: UserPosition | undefined,
  limit: number,
): Promise<User[]> {
  // One bound below: beside a second one Postgres begins its walk at the wider of them.
  const start = after && after.email >= emailPrefix ? after : { email: emailPrefix, userId: "" };
  const { rows } = await db.query<UserRow>(
    "list_users",
    `select ${USER_COLUMNS}
       from users u
      where (u.email, u.user_id) > ($1, $2)
        and u.email < $3
        ${conditionsOf(filters)}
      order by u.email, u.user_id
      limit $4`,
    [start.email, start.userId, `${emailPrefix}${LAST_CHARACTER}`, limit],
  );
  return rows.map(userOf);
}

/** Lists users by id, from after one. */
export async function listUsersById(
  db: Queryable,
  filters: Omit<UserFilters, "emailPrefix">,
  afterId: string,
  limit: number,
): Promise<User[]> {
  const { rows } = await db.query<UserRow>(
    "list_users_by_id",
    `select ${USER_COLUMNS}
       from users u
      where u.user_id > $1
        ${conditionsOf(filters)}
      order by u.user_id
      limit $2`,
    [afterId, limit],
  );
  return rows.map(userOf);
}

function conditionsOf({ role, state }: Omit<UserFilters, "emailPrefix">): string {
  return `${role ? ROLE_CONDITIONS[role] : ""} ${state ? STATE_CONDITIONS[state] : ""}`;
}
