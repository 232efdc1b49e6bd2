import { randomUUIDv7 } from "node:crypto";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { isRefusedFor } from "../domain/refusal.ts";
import { signUpFailed, type SignUp } from "../domain/sign-up.ts";
import { nextVersion, revised, userNotFound, type Profile, type User } from "../domain/user.ts";
import { appendUserCreated, appendUserDeleted } from "../events/user-events.ts";
import { handOver, releaseOfSignUp, releaseOfUser } from "../store/email-ledger.ts";
import { completeSignUp, failSignUp, findSignUpOfUser } from "../store/sign-up-repository.ts";
import { deleteUserRow, findUserForUpdate, insertUser, saveUser } from "../store/user-repository.ts";
import { queueMail } from "./queue-mail.ts";
import type { Parts } from "./parts.ts";

// What the saga of a sign-up asks of accounts. Each effect may come again, and an undo although nothing was done.

/** @throws {DomainError} refused SIGN_UP_FAILED when there is no identity, or no sign-up that made it. */
export async function confirmIdentity({ directory }: Parts, tx: Transaction, userId: string): Promise<void> {
  await signUpUnderWay(tx, userId);
  if (!(await directory.findIdentity(userId))) throw signUpFailed("USER_NOT_FOUND");
}

/** The identity goes first: while there is one, the address must not be free here. */
export async function withdrawIdentity(
  { directory, observer }: Parts,
  tx: Transaction,
  { userId, reason }: { userId: string; reason: string },
): Promise<void> {
  await directory.deleteIdentity(userId);
  const signUp = await findSignUpOfUser(tx, userId);
  if (signUp) await releaseOfSignUp(tx, signUp.signUpId);
  await releaseOfUser(tx, userId);
  if (await failSignUp(tx, userId, reason, new Date())) observer.signUpEnded(tx, userId, reason);
}

/** @throws {DomainError} refused SIGN_UP_FAILED when there is no such sign-up any more. */
export async function createProfile(_parts: Parts, tx: Transaction, userId: string): Promise<void> {
  const { signUpId, profile } = await signUpUnderWay(tx, userId);
  const now = new Date();
  const user: User = {
    ...profile,
    userId,
    emailVerified: false,
    state: "pending",
    version: 0n,
    revision: 1n,
    createdAt: now,
    updatedAt: now,
  };
  await insertUser(tx, user);
  await handOver(tx, signUpId, userId);
}

/** The address stays held until the identity is gone. */
export async function removeProfile(_parts: Parts, tx: Transaction, userId: string): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) return;
  await deleteUserRow(tx, userId);
  // Whoever heard of the user hears that there is none.
  if (user.version > 0n) await appendUserDeleted(tx, nextVersion(user, new Date()));
}

/** @throws {DomainError} notFound USER_NOT_FOUND when there is no profile or no identity. */
export async function enableIdentity({ directory, observer }: Parts, tx: Transaction, userId: string): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) throw userNotFound(userId);
  if (user.state !== "pending") return;
  await directory.setEnabled(userId, true);

  const now = new Date();
  const active = nextVersion({ ...user, state: "active" }, now);
  await saveUser(tx, active);
  const signUp = await findSignUpOfUser(tx, userId);
  await completeSignUp(tx, userId, now);
  await appendUserCreated(tx, active);
  observer.signUpEnded(tx, userId, "");
  if (signUp?.choosesPassword) {
    const mail = {
      mailId: randomUUIDv7(),
      kind: "choose_password",
      userId,
      email: active.email,
      createdAt: now,
    } as const;
    await queueMail(tx, mail);
  }
}

export async function suspendIdentity({ directory }: Parts, tx: Transaction, userId: string): Promise<void> {
  const user = await findUserForUpdate(tx, userId);
  await directory.setEnabled(userId, false).catch((error: unknown) => {
    if (!isRefusedFor(error, "USER_NOT_FOUND")) throw error;
  });
  if (user?.state === "active") await saveUser(tx, revised({ ...user, state: "pending" }, new Date()));
}

/** @throws {DomainError} refused SIGN_UP_FAILED unless it is under way. */
async function signUpUnderWay(tx: Transaction, userId: string): Promise<SignUp & { profile: Profile }> {
  const signUp = await findSignUpOfUser(tx, userId);
  if (signUp?.state === "started" && signUp.profile) return { ...signUp, profile: signUp.profile };
  throw signUpFailed(signUp?.reason ?? "SIGN_UP_NOT_FOUND");
}
