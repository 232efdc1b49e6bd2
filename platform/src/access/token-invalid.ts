import { DomainError } from "../errors.ts";

/** The refusal of a call whose caller is not known: no token, or one that is good no more. */
export function tokenInvalid(message: string): DomainError {
  return new DomainError("unauthenticated", "TOKEN_INVALID", message);
}
