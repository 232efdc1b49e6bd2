import { DomainError } from "@animal-delivery/platform/errors";

export type UserState = "pending" | "active" | "deleting";

/** What a person may be; the policy says what each may do. */
export const ROLES = ["customer", "courier", "dispatcher", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** What is said of a user; the service makes the rest. Personal data: it stays in the user's row. */
export interface Profile {
  /** In lower case; empty for somebody who signs in by a name alone. */
  readonly email: string;
  readonly displayName: string;
  /** E.164; empty when not told. */
  readonly phone: string;
  /** BCP 47; empty when not told. */
  readonly locale: string;
  readonly roles: readonly Role[];
}

export interface User extends Profile {
  /** The subject of their tokens. */
  readonly userId: string;
  readonly emailVerified: boolean;
  readonly state: UserState;
  /** Counts the user's events; 0 while nobody was told of them. */
  readonly version: bigint;
  /** Counts every change that a reader could see: what the etag is made of. */
  readonly revision: bigint;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The user after a change that nobody is told of. */
export function revised(user: User, now: Date): User {
  return { ...user, revision: user.revision + 1n, updatedAt: now };
}

/** The user after one more event. */
export function nextVersion(user: User, now: Date): User {
  return { ...revised(user, now), version: user.version + 1n };
}

/** What of a user may change by somebody's wish. */
export type Changeable = Profile & Pick<User, "emailVerified">;

/** The names of the contract's fields in which two users differ, in the contract's order. */
export function changedFields(before: Changeable, after: Changeable): string[] {
  const old = fieldsOf(before);
  return Object.entries(fieldsOf(after)).flatMap(([name, value]) =>
    old[name as keyof typeof old] === value ? [] : [name],
  );
}

function fieldsOf({ email, emailVerified, displayName, phone, locale, roles }: Changeable) {
  const sorted = roles.toSorted().join();
  return { email, email_verified: emailVerified, display_name: displayName, phone, locale, roles: sorted };
}

/** The roles of a text list that mean something here. */
export function rolesOf(roles: readonly string[]): Role[] {
  return ROLES.filter((role) => roles.includes(role));
}

/** There is no such user, or it is somebody else: the caller learns no more than that. */
export function userNotFound(userId: string): DomainError {
  return new DomainError("notFound", "USER_NOT_FOUND", "there is no such user", { user_id: userId });
}

/** @throws {DomainError} refused USER_STATE_REFUSED unless the user is active. */
export function assertActive({ state }: Pick<User, "state">): void {
  if (state === "active") return;
  throw new DomainError("refused", "USER_STATE_REFUSED", `a user who is ${state} cannot do or suffer this`, { state });
}

export function emailTaken(): DomainError {
  return new DomainError("alreadyExists", "EMAIL_TAKEN", "somebody has this e-mail address already, or is about to");
}
