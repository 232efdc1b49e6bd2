import type { DisabledSignUp } from "../directory/user-directory.ts";
import { findSignUp } from "../store/sign-up-repository.ts";
import { findUser } from "../store/user-repository.ts";
import type { Parts } from "./parts.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether an identity is what a sign-up left behind: one that cannot sign in, of a sign-up of ours that is unknown or failed,
 * and nobody's profile. Somebody who was suspended, or is being deleted, has a profile.
 */
export async function isOrphan({ db }: Parts, { userId, isEnabled, signUpId }: DisabledSignUp): Promise<boolean> {
  if (isEnabled || signUpId === undefined || !UUID.test(signUpId)) return false;
  const signUp = await findSignUp(db, signUpId);
  if (signUp && signUp.state !== "failed") return false;
  return (await findUser(db, userId)) === undefined;
}
