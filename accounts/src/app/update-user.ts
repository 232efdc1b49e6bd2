import type { Transaction } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { assertEtag, etagOf } from "@animal-delivery/platform/etag";
import {
  assertActive,
  changedFields,
  emailTaken,
  nextVersion,
  userNotFound,
  type Profile,
  type User,
} from "../domain/user.ts";
import { appendUserUpdated } from "../events/user-events.ts";
import { holdForUser, releaseOfUser } from "../store/email-ledger.ts";
import { markFollowed } from "../store/following.ts";
import { withdrawMailTokens } from "../store/mail-token-repository.ts";
import { findUserForUpdate, saveUser } from "../store/user-repository.ts";
import { auditRoles } from "./audit-roles.ts";
import { endSessions } from "./end-sessions.ts";
import type { Parts } from "./parts.ts";
import { queueNotice } from "./queue-mail.ts";

/** Who changes a user. */
export interface Changer {
  readonly actor: string;
  /** Whether they may change others. */
  readonly isAdmin: boolean;
}

/**
 * Changes a user by `merge`, which gets them as they are now. What is the same afterwards is no change: nothing is written.
 * E-mail address and roles change at the provider first, with the row locked; whoever calls said `beginChange` before, so
 * that the row is compared with the provider again if the transaction does not come to its end.
 *
 * @param etag the etag the user must still have; empty for any.
 * @throws {DomainError} notFound USER_NOT_FOUND, stale ETAG_STALE, refused USER_STATE_REFUSED or EMAIL_NEEDS_PROOF, forbidden
 *   ROLES_REFUSED, alreadyExists EMAIL_TAKEN, unavailable, and what `merge` throws.
 */
export async function updateUser(
  parts: Parts,
  tx: Transaction,
  { userId, etag, changer }: { userId: string; etag: string; changer: Changer },
  merge: (current: User) => Profile,
): Promise<User> {
  const current = await findUserForUpdate(tx, userId);
  if (!current) throw userNotFound(userId);
  assertEtag(etag, etagOf(current.revision));
  assertActive(current);

  const now = new Date();
  const wished = { ...current, ...merge(current) };
  // Nobody has proved a new address yet.
  const changedTo = { ...wished, emailVerified: current.emailVerified && wished.email === current.email };
  const changed = changedFields(current, changedTo);
  assertAllowed(changed, userId, changer);
  await changeAtProvider(parts, tx, changedTo, changed);
  // A token goes on claiming the role that was lost, and lives for minutes.
  if (current.roles.some((role) => !changedTo.roles.includes(role))) await endSessions(parts, userId);
  // Where the provider was not asked, an earlier change that was cut off may still wait to be compared.
  if (changed.includes("email") || changed.includes("roles")) await markFollowed(tx, userId, now);
  if (changed.length === 0) return current;

  const user = nextVersion(changedTo, now);
  await saveUser(tx, user);
  await appendUserUpdated(tx, user, changed);
  if (changed.includes("roles")) await auditRoles(tx, changer.actor, current, user);
  if (changed.includes("email")) await queueNotice(tx, current, "email_changed");
  return user;
}

/** Roles are an admin's to give, and never their own; an address of their own people prove by mail. */
function assertAllowed(changed: readonly string[], userId: string, { actor, isAdmin }: Changer): void {
  if (changed.includes("roles") && (!isAdmin || actor === userId)) {
    throw new DomainError("forbidden", "ROLES_REFUSED", "roles are given by an admin, and by nobody to themselves");
  }
  if (changed.includes("email") && !isAdmin) {
    throw new DomainError(
      "refused",
      "EMAIL_NEEDS_PROOF",
      "a new e-mail address is proved by a mail that is sent there",
    );
  }
}

async function changeAtProvider(
  { directory }: Parts,
  tx: Transaction,
  { userId, email, emailVerified, roles }: User,
  changed: readonly string[],
): Promise<void> {
  if (changed.includes("email")) {
    if (!(await holdForUser(tx, email, userId))) throw emailTaken();
    await releaseOfUser(tx, userId, email);
    await directory.setEmail(userId, email, emailVerified);
    // Who takes an address from somebody who should not have it is not overruled by what that one asked for before.
    await withdrawMailTokens(tx, userId, ["change"]);
  }
  if (changed.includes("roles")) await directory.setRoles(userId, roles);
}
