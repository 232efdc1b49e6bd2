/** Somebody who can sign in, as the identity provider knows them. */
export interface Identity {
  /** The subject of their tokens; made by the provider. */
  readonly userId: string;
  /** In lower case; empty for somebody who signs in by a name alone. */
  readonly email: string;
  readonly emailVerified: boolean;
  /** The name they sign in with: the e-mail address for everybody who was made by us. */
  readonly username: string;
  readonly roles: readonly string[];
  /** Whether they can sign in. */
  readonly isEnabled: boolean;
  /** The sign-up that made them; undefined for somebody who came otherwise. */
  readonly signUpId: string | undefined;
  readonly createdAt: Date;
}

/** Whom a sign-up made, as far as it takes to tell whether they were left behind. */
export type DisabledSignUp = Pick<Identity, "userId" | "isEnabled" | "signUpId">;

/** How many who cannot sign in are looked at in one sweep. */
export const DISABLED_MAX = 10_000;

export interface IdentityToMake {
  /** In lower case. */
  readonly email: string;
  /** Undefined for somebody who chooses it later, by mail. */
  readonly password: string | undefined;
  readonly roles: readonly string[];
  /** Stays with the identity, so that an orphan can be told from a person. */
  readonly signUpId: string;
}

/** A session at the provider. */
export interface OpenSession {
  /** The `sid` of its tokens. */
  readonly sessionId: string;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  /** By which of our clients. */
  readonly clientId: string;
}

/**
 * Who can sign in, kept by the identity provider: our own databases hold no credential. Two adapters: the embedded provider's
 * table and Keycloak's Admin API. Every function rejects with DomainError `unavailable` UNAVAILABLE when the provider does not
 * answer in time; what it was asked may have happened all the same, so every one is safe to repeat.
 */
export interface UserDirectory {
  /**
   * Makes somebody who cannot sign in yet. Repeated with the same sign-up it answers the same identity, whatever the first
   * call left half made.
   *
   * @returns the user id.
   * @throws {DomainError} alreadyExists EMAIL_TAKEN when somebody else has the e-mail address, or signs in by it; and as
   *   `setEmail`, `setRoles` and `setPassword` do. It leaves nobody then.
   */
  makeIdentity(identity: IdentityToMake): Promise<string>;
  /** Undefined when there is none. */
  findIdentity(userId: string): Promise<Identity | undefined>;
  /** In any case. Undefined when there is none. */
  findIdentityByEmail(email: string): Promise<Identity | undefined>;
  /**
   * Whoever cannot sign in gets no new tokens either.
   *
   * @throws {DomainError} notFound USER_NOT_FOUND. So do all that follow, unless they say otherwise.
   */
  setEnabled(userId: string, isEnabled: boolean): Promise<void>;
  /**
   * Also the name to sign in with, where that is the e-mail address.
   *
   * @throws {DomainError} alreadyExists EMAIL_TAKEN, invalid REQUEST_INVALID when the provider does not take such an address.
   */
  setEmail(userId: string, email: string, isVerified: boolean): Promise<void>;
  /**
   * Gives these and takes the others. Two calls at once for one user may end up mixed: whoever calls lets them take turns.
   *
   * @throws {DomainError} forbidden ROLES_REFUSED, with `roles`, when there is no such role or it is not ours to give or take.
   */
  setRoles(userId: string, roles: readonly string[]): Promise<void>;
  /** @throws {DomainError} invalid PASSWORD_COMMON when the provider's own rules refuse it. */
  setPassword(userId: string, password: string): Promise<void>;
  /**
   * Whether the user could sign in by this password: no, if they cannot sign in at all. Takes as long for a wrong one.
   *
   * @throws {DomainError} refused PASSWORD_ELSEWHERE when the provider takes no passwords from programs, exhausted
   *   RATE_LIMITED while too many wrong ones have locked the account.
   */
  checkPassword(userId: string, password: string): Promise<boolean>;
  /** The newest first, 200 at most; none for a user who is not there. */
  listSessions(userId: string): Promise<OpenSession[]>;
  /** Ends one session; whether the user had it. */
  endSession(userId: string, sessionId: string): Promise<boolean>;
  /** Ends every session but `except`; their ids. None for a user who is not there. */
  endSessions(userId: string, except?: string): Promise<string[]>;
  /** One who is not there is deleted already. Their sessions end. */
  deleteIdentity(userId: string): Promise<void>;
  /**
   * Identities that a sign-up made before `before` and that cannot sign in, the oldest first, of 10,000 who cannot: among
   * them are those who were suspended, who stay.
   */
  listDisabledSignUps(before: Date): Promise<DisabledSignUp[]>;
}
