import type { Queryable } from "@animal-delivery/platform/db/database";
import { signUpFailed, type SignUp } from "../domain/sign-up.ts";
import type { User } from "../domain/user.ts";
import { findSignUpOfUser } from "../store/sign-up-repository.ts";
import { findUser } from "../store/user-repository.ts";

/**
 * The user that a sign-up makes, as far as it got; undefined when they were deleted since.
 *
 * @throws {DomainError} refused SIGN_UP_FAILED.
 */
export async function userOfSignUp(db: Queryable, signUp: SignUp): Promise<User | undefined> {
  if (signUp.state === "failed") throw signUpFailed(signUp.reason ?? "");
  const user = signUp.userId === undefined ? undefined : await findUser(db, signUp.userId);
  return user ?? userToBe(signUp);
}

/** Somebody whose sign-up is under way and who has no profile yet; undefined when there is no such sign-up. */
export async function pendingUser(db: Queryable, userId: string): Promise<User | undefined> {
  const signUp = await findSignUpOfUser(db, userId);
  return signUp?.state === "started" ? userToBe(signUp) : undefined;
}

/** What is known of somebody before there is a profile. */
function userToBe({ profile, userId = "", createdAt }: SignUp): User | undefined {
  if (!profile) return undefined;
  return {
    ...profile,
    userId,
    emailVerified: false,
    state: "pending",
    version: 0n,
    revision: 0n,
    createdAt,
    updatedAt: createdAt,
  };
}
