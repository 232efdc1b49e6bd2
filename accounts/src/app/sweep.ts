import { listUnfollowed } from "../store/following.ts";
import { listStaleReservations } from "../store/sign-up-repository.ts";
import type { SignUp } from "../domain/sign-up.ts";
import { currentUser } from "./current-user.ts";
import { letGo } from "./let-go.ts";
import { isOrphan } from "./orphan.ts";
import type { Parts } from "./parts.ts";

/** Longer than any request lives, with the clocks of two machines apart. */
const STALE_MS = 5 * 60_000;

const BATCH = 100;

/** How much was put right. */
export interface Swept {
  readonly reservations: number;
  readonly identities: number;
  readonly followed: number;
}

/**
 * Puts right what crashes left: addresses held by sign-ups that got no further, identities of sign-ups that are no more, and
 * users whose change at the provider was cut off. What a saga has in hand is left alone. Several processes may do so at once.
 */
export async function sweep(parts: Parts, now: Date, stop: AbortSignal): Promise<Swept> {
  const before = new Date(now.getTime() - STALE_MS);
  return {
    reservations: await sweepReservations(parts, before, stop),
    followed: await sweepUnfollowed(parts, stop),
    identities: await sweepIdentities(parts, before, stop),
  };
}

async function sweepReservations(parts: Parts, before: Date, stop: AbortSignal): Promise<number> {
  let swept = 0;
  for (;;) {
    const stale = await listStaleReservations(parts.db, before, BATCH);
    for (const signUp of stale) if (!stop.aborted && (await sweepReservation(parts, signUp))) swept += 1;
    if (stale.length < BATCH || stop.aborted) return swept;
  }
}

/**
 * The identity goes while the reservation is locked: so no repetition of the sign-up goes on with it, and the address is not
 * free as long as there is one.
 */
async function sweepReservation({ db, directory }: Parts, { signUpId, profile }: SignUp): Promise<boolean> {
  return letGo(db, signUpId, async () => {
    const identity = profile && (await directory.findIdentityByEmail(profile.email));
    if (identity?.signUpId === signUpId && !identity.isEnabled) await directory.deleteIdentity(identity.userId);
  });
}

async function sweepIdentities(parts: Parts, before: Date, stop: AbortSignal): Promise<number> {
  let swept = 0;
  for (const identity of await parts.directory.listDisabledSignUps(before)) {
    if (stop.aborted) break;
    if (!(await isOrphan(parts, identity))) continue;
    await parts.directory.deleteIdentity(identity.userId);
    swept += 1;
  }
  return swept;
}

async function sweepUnfollowed(parts: Parts, stop: AbortSignal): Promise<number> {
  let followed = 0;
  let afterId = "";
  for (;;) {
    const userIds = await listUnfollowed(parts.db, afterId, BATCH);
    for (const userId of userIds) {
      if (stop.aborted) return followed;
      await currentUser(parts, userId);
      followed += 1;
    }
    const last = userIds.at(-1);
    if (last === undefined || userIds.length < BATCH) return followed;
    afterId = last;
  }
}
