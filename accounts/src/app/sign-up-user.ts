import type { Queryable } from "@animal-delivery/platform/db/database";
import { signUpFailed, type SignUp } from "../domain/sign-up.ts";
import type { User } from "../domain/user.ts";
import { findUser } from "../store/user-repository.ts";

/**
 * The user that a sign-up makes, as far as it got; undefined when they were deleted since.
 *
 * @throws {DomainError} refused SIGN_UP_FAILED.
 */
export async function userOfSignUp(db: Queryable, signUp: SignUp): Promise<User | undefined> {
  if (signUp.state === "failed") throw signUpFailed(signUp.reason ?? "");
  const user = signUp.userId === undefined ? undefined : await findUser(db, signUp.userId);
  return user ?? pendingUser(signUp);
}

/** What is known of somebody before there is a profile. */
function pendingUser({ profile, userId = "", createdAt }: SignUp): User | undefined {
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
