import { DomainError } from "@animal-delivery/platform/errors";

// What a directory refuses; both adapters say it alike.

export function emailTaken(): DomainError {
  return new DomainError("alreadyExists", "EMAIL_TAKEN", "somebody has this e-mail address");
}

export function userNotFound(): DomainError {
  return new DomainError("notFound", "USER_NOT_FOUND", "the identity provider has no such user");
}

/** The provider has rules of its own for passwords, besides ours. */
export function passwordRefused(): DomainError {
  return new DomainError("invalid", "PASSWORD_COMMON", "the identity provider's rules refuse this password");
}

export function rolesRefused(roles: readonly string[]): DomainError {
  const message = `the identity provider does not let accounts give or take: ${roles.join(", ")}`;
  return new DomainError("forbidden", "ROLES_REFUSED", message, { roles: roles.join() });
}

export function passwordElsewhere(): DomainError {
  return new DomainError("refused", "PASSWORD_ELSEWHERE", "the identity provider takes no passwords from programs");
}

export function accountLocked(): DomainError {
  return new DomainError("exhausted", "RATE_LIMITED", "too many wrong passwords: try again in some minutes");
}

export function directoryAway(cause: unknown): DomainError {
  return new DomainError("unavailable", "UNAVAILABLE", "the identity provider does not answer", {}, { cause });
}

/** The provider's rules for addresses are narrower than ours. */
export function emailRefused(): DomainError {
  return new DomainError("invalid", "REQUEST_INVALID", "the identity provider does not take this e-mail address");
}
