import type { Transaction } from "@animal-delivery/platform/db/database";
import { isRefusedFor } from "../domain/refusal.ts";
import { assertActive, nextVersion, revised, userNotFound } from "../domain/user.ts";
import { appendUserDeleted } from "../events/user-events.ts";
import { noteRefusal, noteSignedOut } from "../store/deletion-repository.ts";
import { releaseOfUser } from "../store/email-ledger.ts";
import { erasePerson } from "../store/erase-person.ts";
import { findUserForUpdate, saveUser } from "../store/user-repository.ts";
import { endSessions } from "./end-sessions.ts";
import type { Parts } from "./parts.ts";

// What the saga of a deletion asks of accounts. Each effect may come again, and an undo although nothing was done.

/**
 * The request that began the deletion closed the account already, so that a second one is refused; it is not opened again.
 *
 * @throws {DomainError} notFound USER_NOT_FOUND, refused USER_STATE_REFUSED.
 */
export async function closeAccount(_parts: Parts, tx: Transaction, userId: string): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) throw userNotFound(userId);
  if (user.state === "deleting") return;
  assertActive(user);
  await saveUser(tx, revised({ ...user, state: "deleting" }, new Date()));
}

/** Whoever waits for the deletion is told the reason. */
export async function reopenAccount(
  { observer }: Parts,
  tx: Transaction,
  { userId, reason }: { userId: string; reason: string },
): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (user?.state !== "deleting") return;
  await saveUser(tx, revised({ ...user, state: "active" }, new Date()));
  await noteRefusal(tx, userId, reason);
  observer.deletionEnded(tx, userId, reason);
}

/** Somebody whom the provider does not know any more is signed out. */
export async function disableIdentity(parts: Parts, tx: Transaction, userId: string): Promise<void> {
  await findUserForUpdate(tx, userId);
  await unlessGone(parts.directory.setEnabled(userId, false));
  await endSessions(parts, userId);
  await noteSignedOut(tx, userId, new Date());
}

/** The sessions stay ended. */
export async function restoreIdentity({ directory }: Parts, tx: Transaction, userId: string): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) return;
  await unlessGone(directory.setEnabled(userId, true));
  await noteSignedOut(tx, userId, undefined);
}

/**
 * The address is free again: the identity, which is nobody's from now on, is in no sign-up's way. Mails that still lie here go,
 * with their links.
 */
export async function eraseProfile({ observer, mail }: Parts, tx: Transaction, userId: string): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) return;
  const now = new Date();
  await releaseOfUser(tx, userId);
  await erasePerson(tx, userId, user.email, now);
  await mail.forget(userId);
  await appendUserDeleted(tx, nextVersion(user, now));
  observer.deletionEnded(tx, userId, "");
}

export async function eraseIdentity({ directory }: Parts, _tx: Transaction, userId: string): Promise<void> {
  await directory.deleteIdentity(userId);
}

async function unlessGone(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isRefusedFor(error, "USER_NOT_FOUND")) throw error;
  });
}
