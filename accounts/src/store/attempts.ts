import type { Queryable } from "@animal-delivery/platform/db/database";
import { hashOf } from "../domain/secret.ts";

/** What is counted, how often it may be done in a while about one person, and how long that is. */
export const ATTEMPTS_MAX = {
  /** Sign-ups that got to the identity provider, by e-mail address. */
  signUp: 5,
  /** Reset mails, by e-mail address. */
  reset: 3,
  /** Verification mails, by user. */
  verify: 3,
  /** Mails to a new address, by user and by address. */
  change: 3,
  /** Tries of the current password, by user. */
  password: 10,
  /** Passwords chosen by the token of a mail, by user: each is looked at for some 100 ms. */
  choice: 20,
} as const;

export type AttemptKind = keyof typeof ATTEMPTS_MAX;

export const ATTEMPTS_WINDOW_MS = 3_600_000;

/**
 * Counts one more attempt, in a window that begins with the first. The row's lock lets one count at a time; in a transaction
 * that rolls back it did not happen.
 *
 * @returns whether there were fewer than may be.
 */
export async function countAttempt(db: Queryable, kind: AttemptKind, subject: string, now: Date): Promise<boolean> {
  const { rows } = await db.query<{ count: number }>(
    "count_attempt",
    `insert into attempts as a (kind, subject_hash, since, count)
     values ($1, $2, $3, 1)
         on conflict (kind, subject_hash) do update
        set count = case when a.since <= $4 then 1 else least(a.count, 1000) + 1 end,
            since = case when a.since <= $4 then excluded.since else a.since end
     returning count`,
    [kind, hashOf(subject), now, new Date(now.getTime() - ATTEMPTS_WINDOW_MS)],
  );
  return (rows[0]?.count ?? 0) <= ATTEMPTS_MAX[kind];
}
