import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { User } from "../domain/user.ts";
import { USER_COLUMNS, userOf, type UserRow } from "./user-row.ts";

/** A user's row and when it was last known to say what the provider says. */
export interface Followed {
  readonly user: User;
  /** Undefined while a change at the provider is under way, or was cut off. */
  readonly followedAt: Date | undefined;
}

/** Says, for whoever comes after a crash, that the provider may be about to say something else than the row. */
export async function beginChange(db: Queryable, userId: string): Promise<void> {
  await db.query("begin_provider_change", "update users set followed_at = null where user_id = $1", [userId]);
}

/** The row, locked by the transaction, says what the provider says. */
export async function markFollowed(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.query("mark_followed", "update users set followed_at = $2 where user_id = $1", [userId, now]);
}

/** Reads one user and how far the row is known to follow the provider; undefined when there is none. */
export async function findFollowed(db: Queryable, userId: string): Promise<Followed | undefined> {
  const { rows } = await db.query<UserRow & { followed_at: Date | null }>(
    "find_followed_user",
    `select ${USER_COLUMNS}, u.followed_at
       from users u
      where u.user_id = $1`,
    [userId],
  );
  return rows[0] && { user: userOf(rows[0]), followedAt: rows[0].followed_at ?? undefined };
}

/** Active users whose change at the provider may have been cut off, from after an id. */
export async function listUnfollowed(db: Queryable, afterId: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ user_id: string }>(
    "list_unfollowed",
    `select user_id
       from users
      where followed_at is null and state = 'active' and user_id > $1
      order by user_id
      limit $2`,
    [afterId, limit],
  );
  return rows.map((row) => row.user_id);
}
