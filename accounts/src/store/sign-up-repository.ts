import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Profile } from "../domain/user.ts";
import type { SignUp } from "../domain/sign-up.ts";
import { SIGN_UP_COLUMNS, signUpOf, type SignUpRow } from "./sign-up-row.ts";

/** What a sign-up begins with. */
export interface Reservation {
  readonly signUpId: string;
  readonly actor: string;
  readonly profile: Profile;
  readonly choosesPassword: boolean;
  readonly pendingTokenHash: Buffer;
  /** With a key alone. */
  readonly tokenSeed: Buffer | undefined;
  readonly keyHash: Buffer | undefined;
  readonly fingerprint: Buffer | undefined;
  readonly createdAt: Date;
}

/** Writes a sign-up. @returns false when one of the same key is there; waits for a transaction that is about to write it. */
export async function insertSignUp(tx: Transaction, reservation: Reservation): Promise<boolean> {
  const { profile } = reservation;
  const { rowCount } = await tx.query(
    "insert_sign_up",
    `insert into sign_ups (sign_up_id, actor, email, display_name, phone, locale, roles, chooses_password, state,
                           pending_token_hash, token_seed, key_hash, fingerprint, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'reserved', $9, $10, $11, $12, $13)
         on conflict (actor, key_hash) where key_hash is not null and state <> 'failed' do nothing`,
    [
      reservation.signUpId,
      reservation.actor,
      profile.email,
      profile.displayName,
      profile.phone,
      profile.locale,
      profile.roles,
      reservation.choosesPassword,
      reservation.pendingTokenHash,
      reservation.tokenSeed,
      reservation.keyHash,
      reservation.fingerprint,
      reservation.createdAt,
    ],
  );
  return rowCount === 1;
}

/** The sign-up that a key names; undefined when there is none that did not fail. */
export async function findSignUpByKey(
  db: Queryable,
  actor: string,
  keyHash: Buffer,
): Promise<{ signUp: SignUp; fingerprint: Buffer | null; tokenSeed: Buffer | null } | undefined> {
  const { rows } = await db.query<SignUpRow & { fingerprint: Buffer | null; token_seed: Buffer | null }>(
    "find_sign_up_by_key",
    `select ${SIGN_UP_COLUMNS}, s.fingerprint, s.token_seed
       from sign_ups s
      where s.actor = $1 and s.key_hash = $2 and s.state <> 'failed'`,
    [actor, keyHash],
  );
  const row = rows[0];
  return row && { signUp: signUpOf(row), fingerprint: row.fingerprint, tokenSeed: row.token_seed };
}

export async function findSignUp(db: Queryable, signUpId: string): Promise<SignUp | undefined> {
  const { rows } = await db.query<SignUpRow>(
    "find_sign_up",
    `select ${SIGN_UP_COLUMNS} from sign_ups s where s.sign_up_id = $1`,
    [signUpId],
  );
  return rows[0] && signUpOf(rows[0]);
}

export async function findSignUpByToken(db: Queryable, tokenHash: Buffer): Promise<SignUp | undefined> {
  const { rows } = await db.query<SignUpRow>(
    "find_sign_up_by_token",
    `select ${SIGN_UP_COLUMNS} from sign_ups s where s.pending_token_hash = $1`,
    [tokenHash],
  );
  return rows[0] && signUpOf(rows[0]);
}

/** The sign-up that made a user. */
export async function findSignUpOfUser(db: Queryable, userId: string): Promise<SignUp | undefined> {
  const { rows } = await db.query<SignUpRow>(
    "find_sign_up_of_user",
    `select ${SIGN_UP_COLUMNS} from sign_ups s where s.user_id = $1`,
    [userId],
  );
  return rows[0] && signUpOf(rows[0]);
}

/** Notes the identity of a sign-up that has none. @returns whether it had none, and was still there. */
export async function noteIdentity(tx: Transaction, signUpId: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "note_identity",
    `update sign_ups
        set state = 'started', user_id = $2
      where sign_up_id = $1 and state = 'reserved'`,
    [signUpId, userId],
  );
  return rowCount === 1;
}

/** Notes the saga of a sign-up, for whoever looks for it there. */
export async function noteSaga(tx: Transaction, signUpId: string, sagaId: string): Promise<void> {
  await tx.query("note_sign_up_saga", "update sign_ups set saga_id = $2 where sign_up_id = $1", [signUpId, sagaId]);
}

const WIPED = `email = null, display_name = null, phone = null, locale = null, roles = null, token_seed = null`;

/** Ends a sign-up well, and wipes what is personal: the profile has it. */
export async function completeSignUp(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.query(
    "complete_sign_up",
    `update sign_ups
        set state = 'completed', ended_at = coalesce(ended_at, $2), ${WIPED}
      where user_id = $1 and state in ('started', 'completed')`,
    [userId, now],
  );
}

/** Ends a sign-up badly, and wipes what is personal. @returns whether it had not failed before. */
export async function failSignUp(tx: Transaction, userId: string, reason: string, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    "fail_sign_up",
    `update sign_ups
        set state = 'failed', reason = $2, ended_at = $3, ${WIPED}
      where user_id = $1 and state <> 'failed'`,
    [userId, reason, now],
  );
  return rowCount > 0;
}

/** Deletes a sign-up that has no saga. @returns whether there was one. */
export async function deleteReservation(tx: Transaction, signUpId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "delete_reservation",
    "delete from sign_ups where sign_up_id = $1 and state = 'reserved'",
    [signUpId],
  );
  return rowCount === 1;
}

/** Sign-ups that reserved an address before `before` and got no further, the oldest first. */
export async function listStaleReservations(db: Queryable, before: Date, limit: number): Promise<SignUp[]> {
  const { rows } = await db.query<SignUpRow>(
    "list_stale_reservations",
    `select ${SIGN_UP_COLUMNS}
       from sign_ups s
      where s.state = 'reserved' and s.created_at < $1
      order by s.created_at
      limit $2`,
    [before, limit],
  );
  return rows.map(signUpOf);
}
