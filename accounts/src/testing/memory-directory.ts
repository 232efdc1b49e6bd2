import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { DomainError } from "@animal-delivery/platform/errors";
import {
  DISABLED_MAX,
  type Identity,
  type IdentityToMake,
  type OpenSession,
  type UserDirectory,
} from "../directory/user-directory.ts";

const SESSIONS_MAX = 200;

type Operation = keyof UserDirectory;

/** A directory in this process, for tests: it behaves as the port says, and gets into trouble when told to. */
export interface MemoryDirectory extends UserDirectory {
  /** Every call rejects, without effect, while it is true. */
  isAway: boolean;
  /** Runs before each call has its effect; what it throws is what the call rejects with. */
  before: (operation: Operation) => Promise<void> | void;
  /** Runs after each call had its effect; what it throws is what the call rejects with all the same. */
  after: (operation: Operation) => Promise<void> | void;
  /** Somebody whom nobody signed up: made at the provider itself. */
  givenIdentity(fields?: Partial<Omit<Identity, "userId">> & { readonly password?: string }): string;
  /** Signs somebody in; the session's id. */
  givenSession(userId: string, startedAt?: Date): string;
  /** Everybody there is. */
  identities(): readonly Identity[];
}

interface Account extends Identity {
  readonly passwordHash: Buffer | undefined;
}

export function memoryDirectory(): MemoryDirectory {
  const accounts = new Map<string, Account>();
  const sessions = new Map<string, OpenSession & { readonly userId: string }>();

  const accountOf = (userId: string): Account => {
    const account = accounts.get(userId);
    if (account) return account;
    throw new DomainError("notFound", "USER_NOT_FOUND", "there is no such user", { user_id: userId });
  };
  const change = (userId: string, fields: Partial<Account>): void =>
    void accounts.set(userId, { ...accountOf(userId), ...fields });
  const holderOf = (email: string): Account | undefined =>
    [...accounts.values()].find((account) => account.email === email || account.username === email);
  const assertFree = (email: string, userId?: string): void => {
    const holder = holderOf(email);
    if (holder && holder.userId !== userId) throw new DomainError("alreadyExists", "EMAIL_TAKEN", "it is taken");
  };
  const sessionsOf = (userId: string) =>
    [...sessions.values()]
      .filter((session) => session.userId === userId)
      .toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime());

  const make = ({ email, password, roles, signUpId }: IdentityToMake): string => {
    const known = [...accounts.values()].find((account) => account.signUpId === signUpId);
    if (known) return known.userId;
    assertFree(email);
    return directory.givenIdentity({
      email,
      roles,
      signUpId,
      isEnabled: false,
      ...(password !== undefined && { password }),
    });
  };

  async function call<T>(operation: Operation, work: () => T): Promise<T> {
    if (directory.isAway) throw new DomainError("unavailable", "UNAVAILABLE", "the identity provider does not answer");
    await directory.before(operation);
    const result = work();
    await directory.after(operation);
    return result;
  }

  const directory: MemoryDirectory = {
    isAway: false,
    before: () => undefined,
    after: () => undefined,
    identities: () => [...accounts.values()].map(identityOf),

    givenIdentity({ password, ...fields } = {}) {
      const userId = randomUUID();
      const email = fields.email ?? `${userId}@example.com`;
      accounts.set(userId, {
        email,
        emailVerified: false,
        username: email,
        roles: ["customer"],
        isEnabled: true,
        signUpId: undefined,
        createdAt: new Date(),
        ...fields,
        userId,
        passwordHash: password === undefined ? undefined : hash(password),
      });
      return userId;
    },
    givenSession(userId, startedAt = new Date()) {
      const sessionId = randomUUID();
      sessions.set(sessionId, { sessionId, userId, startedAt, lastUsedAt: startedAt, clientId: "first-party" });
      return sessionId;
    },

    makeIdentity: (identity) => call("makeIdentity", () => make(identity)),
    findIdentity: (userId) => call("findIdentity", () => maybe(accounts.get(userId), identityOf)),
    findIdentityByEmail: (email) => {
      const find = () => [...accounts.values()].find((account) => account.email === email.toLowerCase());
      return call("findIdentityByEmail", () => maybe(find(), identityOf));
    },
    setEnabled: (userId, isEnabled) => call("setEnabled", () => change(userId, { isEnabled })),
    setEmail: (userId, email, emailVerified) =>
      call("setEmail", () => {
        const { username, email: before } = accountOf(userId);
        assertFree(email, userId);
        change(userId, { email, emailVerified, ...(username === before && { username: email }) });
      }),
    setRoles: (userId, roles) => call("setRoles", () => change(userId, { roles: [...roles] })),
    setPassword: (userId, password) => call("setPassword", () => change(userId, { passwordHash: hash(password) })),
    checkPassword: (userId, password) =>
      call("checkPassword", () => {
        const { isEnabled, passwordHash = hash(randomUUID()) } = accountOf(userId);
        return timingSafeEqual(passwordHash, hash(password)) && isEnabled;
      }),
    listSessions: (userId) => call("listSessions", () => sessionsOf(userId).slice(0, SESSIONS_MAX).map(sessionOf)),
    endSession: (userId, sessionId) =>
      call("endSession", () => {
        accountOf(userId);
        return sessions.get(sessionId)?.userId === userId && sessions.delete(sessionId);
      }),
    endSessions: (userId, except) =>
      call("endSessions", () => {
        const ended = sessionsOf(userId).filter((session) => session.sessionId !== except);
        for (const { sessionId } of ended) sessions.delete(sessionId);
        return ended.map((session) => session.sessionId);
      }),
    deleteIdentity: (userId) =>
      call("deleteIdentity", () => {
        for (const { sessionId } of sessionsOf(userId)) sessions.delete(sessionId);
        accounts.delete(userId);
      }),
    listDisabledSignUps: (before) =>
      call("listDisabledSignUps", () =>
        [...accounts.values()]
          .filter(({ signUpId, isEnabled, createdAt }) => signUpId !== undefined && !isEnabled && createdAt < before)
          .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
          .slice(0, DISABLED_MAX)
          .map(identityOf),
      ),
  };
  return directory;
}

function identityOf(account: Account): Identity {
  const { userId, email, emailVerified, username, roles, isEnabled, signUpId, createdAt } = account;
  return { userId, email, emailVerified, username, roles, isEnabled, signUpId, createdAt };
}

function sessionOf({ sessionId, startedAt, lastUsedAt, clientId }: OpenSession): OpenSession {
  return { sessionId, startedAt, lastUsedAt, clientId };
}

function maybe<T, R>(value: T | undefined, map: (value: T) => R): R | undefined {
  return value === undefined ? undefined : map(value);
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
