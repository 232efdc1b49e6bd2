import type { Database } from "@animal-delivery/platform/db/database";
import { changedFields, nextVersion, rolesOf, type User } from "../domain/user.ts";
import type { Identity } from "../directory/user-directory.ts";
import { appendUserUpdated } from "../events/user-events.ts";
import { findHolder, holdForUser, releaseOfUser } from "../store/email-ledger.ts";
import { markFollowed } from "../store/following.ts";
import { withdrawMailTokens } from "../store/mail-token-repository.ts";
import { findUser, findUserForUpdate, saveUser } from "../store/user-repository.ts";
import type { Parts } from "./parts.ts";
import { queueNotice } from "./queue-mail.ts";

/**
 * Brings a user's row up to what the provider says of e-mail address and roles, and tells the world. A change of the user
 * that was committed meanwhile knows better and stands.
 *
 * @returns the user as they are now.
 * @throws {DomainError} unavailable when the provider cannot be asked.
 */
export async function followIdentity(parts: Parts, user: User): Promise<User> {
  const identity = await parts.directory.findIdentity(user.userId);
  if (!identity) {
    parts.log.warn("the identity provider does not know a user", { user_id: user.userId });
    return user;
  }
  const followed = await saveFollowed(parts.db, user, identity);
  if (followed) return followed;
  await yieldEmail(parts, identity.email);
  return (await saveFollowed(parts.db, user, identity)) ?? user;
}

/** Has the user who holds an address in our ledger let go of it, if they have another one at the provider by now. */
export async function yieldEmail({ db, directory }: Parts, email: string): Promise<void> {
  const holder = await findHolder(db, email);
  const user = holder?.userId === undefined ? undefined : await findUser(db, holder.userId);
  const identity = user && (await directory.findIdentity(user.userId));
  if (user?.state === "active" && identity && identity.email !== email) await saveFollowed(db, user, identity);
}

/** Undefined when somebody else holds the e-mail address. */
async function saveFollowed(db: Database, seen: User, identity: Identity): Promise<User | undefined> {
  const now = new Date();
  return db.transaction(async (tx) => {
    const user = await findUserForUpdate(tx, seen.userId);
    if (!user || user.revision !== seen.revision || user.state !== "active") return user ?? seen;

    const { email, emailVerified } = identity;
    const followed = { ...user, email, emailVerified, roles: rolesOf(identity.roles) };
    const changed = changedFields(user, followed);
    if (changed.length > 0) {
      if (email !== "" && !(await holdForUser(tx, email, user.userId))) return undefined;
      await releaseOfUser(tx, user.userId, email);
      if (email !== user.email) {
        await withdrawMailTokens(tx, user.userId, ["change"], email);
        await queueNotice(tx, user, "email_changed");
      }
      const next = nextVersion(followed, now);
      await saveUser(tx, next);
      await appendUserUpdated(tx, next, changed);
      await markFollowed(tx, user.userId, now);
      return next;
    }
    await markFollowed(tx, user.userId, now);
    return user;
  });
}
