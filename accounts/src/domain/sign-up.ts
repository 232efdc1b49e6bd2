import { DomainError } from "@animal-delivery/platform/errors";
import type { Profile } from "./user.ts";

/**
 * reserved: the address is held, there may be an identity or not. started: there is one, and the saga is under way. completed
 * and failed are ends.
 */
export type SignUpState = "reserved" | "started" | "completed" | "failed";

export interface SignUp {
  /** UUIDv7. */
  readonly signUpId: string;
  readonly state: SignUpState;
  /** Wiped when it ends. */
  readonly profile: Profile | undefined;
  /** Whether the person chooses a password by mail once they can sign in. */
  readonly choosesPassword: boolean;
  /** Undefined until the provider made one. */
  readonly userId: string | undefined;
  /** Why it failed: a reason of the contract. */
  readonly reason: string | undefined;
  readonly createdAt: Date;
}

/** @param reason of the contract. */
export function signUpFailed(reason: string): DomainError {
  return new DomainError("refused", "SIGN_UP_FAILED", "the sign-up came to nothing and left nothing behind", {
    cause: reason,
  });
}

export function signUpNotFound(): DomainError {
  return new DomainError("notFound", "SIGN_UP_NOT_FOUND", "there is no such sign-up, or it ended more than a day ago");
}
