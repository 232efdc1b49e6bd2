import { firstProfile } from "../domain/first-profile.ts";
import { isRefusedFor, unavailable } from "../domain/refusal.ts";
import { userNotFound, type User } from "../domain/user.ts";
import type { Identity } from "../directory/user-directory.ts";
import { appendUserCreated } from "../events/user-events.ts";
import { holdForUser } from "../store/email-ledger.ts";
import { wasErased } from "../store/erase-person.ts";
import { findFollowed } from "../store/following.ts";
import { findUser, insertUser } from "../store/user-repository.ts";
import { followIdentity, yieldEmail } from "./follow-identity.ts";
import type { Parts } from "./parts.ts";
import { pendingUser } from "./sign-up-user.ts";

/** A row that is older is compared with the provider, where people and programs change things too. */
const FRESH_MS = 5 * 60_000;

/**
 * A user, as the row and the provider have them. Somebody whom the provider knows and nobody asked for yet gets a profile by
 * this; one whose row may have fallen behind is brought up to date, if the provider can be asked.
 *
 * @throws {DomainError} notFound USER_NOT_FOUND; unavailable when there is no profile and the provider cannot be asked.
 */
export async function currentUser(parts: Parts, userId: string): Promise<User> {
  const known = await findFollowed(parts.db, userId);
  if (!known) return newUser(parts, userId);
  const { user, followedAt } = known;
  const isFresh = followedAt !== undefined && followedAt.getTime() > Date.now() - FRESH_MS;
  // What is not active is in the hands of a saga.
  if (isFresh || user.state !== "active") return user;
  return followIdentity(parts, user).catch((error: unknown) => {
    if (isRefusedFor(error, "UNAVAILABLE")) return user;
    throw error;
  });
}

/** Somebody who cannot sign in gets no profile by this: they are signing up, or were just erased. */
async function newUser(parts: Parts, userId: string): Promise<User> {
  const pending = await pendingUser(parts.db, userId);
  if (pending) return pending;
  const identity = await parts.directory.findIdentity(userId);
  if (!identity?.isEnabled) throw userNotFound(userId);
  const user = (await makeProfile(parts, identity)) ?? (await afterYielding(parts, identity));
  if (!user) throw unavailable("the e-mail address of this user is being signed up");
  return user;
}

/** Whoever holds the address in our ledger may have lost it at the provider since. */
async function afterYielding(parts: Parts, identity: Identity): Promise<User | undefined> {
  await yieldEmail(parts, identity.email);
  return makeProfile(parts, identity);
}

/** Undefined when somebody else holds the e-mail address. */
async function makeProfile({ db }: Parts, identity: Identity): Promise<User | undefined> {
  const user = firstProfile(identity, new Date());
  const { userId, email } = user;
  const outcome = await db.transaction(async (tx) => {
    if (email !== "" && !(await holdForUser(tx, email, userId))) return "held";
    if (!(await insertUser(tx, user))) return "there";
    // The row was there until the erasure committed, so this statement sees it.
    if (await wasErased(tx, userId)) throw userNotFound(userId);
    await appendUserCreated(tx, user);
    return "made";
  });
  if (outcome === "held") return undefined;
  return outcome === "made" ? user : findUser(db, userId);
}
