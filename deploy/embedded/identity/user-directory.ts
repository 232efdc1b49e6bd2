import { randomUUID } from "node:crypto";
import {
  directoryAway,
  emailTaken,
  passwordRefused,
  rolesRefused,
  userNotFound,
} from "@animal-delivery/accounts/directory/directory-errors";
import {
  DISABLED_MAX,
  type Identity,
  type IdentityToMake,
  type UserDirectory,
} from "@animal-delivery/accounts/directory/user-directory";
import type { Database } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { isPasswordOf, type SignInSource } from "./check-credentials.ts";
import type { Passwords } from "./password.ts";
import { deleteSession, deleteSessionsBut, listSessions } from "./session-repository.ts";
import * as users from "./user-repository.ts";

const SESSIONS_MAX = 200;
/** The roles of contracts/policy. */
const ROLES = new Set(["customer", "courier", "dispatcher", "admin"]);

/** Who can sign in here, for accounts. Whoever it lets in or ends shows at once: nothing is copied. */
export function embeddedDirectory(database: Database, passwords: Passwords): UserDirectory {
  const db = answeringInTime(database);
  return {
    makeIdentity: async (identity) => makeIdentity({ db, passwords }, identity),
    findIdentity: async (userId) => users.findUser(db, userId),
    findIdentityByEmail: async (email) => users.findUserByEmail(db, email.toLowerCase()),
    async setEnabled(userId, isEnabled) {
      assertFound(await users.saveEnabled(db, userId, isEnabled));
    },
    setEmail: async (userId, email, isVerified) => setEmail(db, userId, email.toLowerCase(), isVerified),
    async setRoles(userId, roles) {
      assertRoles(roles);
      assertFound(await users.saveRoles(db, userId, roles));
    },
    async setPassword(userId, password) {
      const user = await users.findUser(db, userId);
      if (!user) throw userNotFound();
      assertAllowed(password, user);
      assertFound(await users.saveHash(db, userId, await passwords.hash(password)));
    },
    async checkPassword(userId, password) {
      const found = await users.findUserWithHash(db, userId);
      if (!found) throw userNotFound();
      return isPasswordOf({ db, passwords }, found, password);
    },
    listSessions: async (userId) => listSessions(db, userId, SESSIONS_MAX),
    endSession: async (userId, sessionId) =>
      db.transaction(async (tx) => {
        const open = await listSessions(tx, userId);
        await deleteSession(tx, userId, sessionId);
        return open.some((session) => session.sessionId === sessionId);
      }),
    endSessions: async (userId, except) =>
      db.transaction(async (tx) => {
        const open = await listSessions(tx, userId);
        await deleteSessionsBut(tx, userId, except);
        return open.map(({ sessionId }) => sessionId).filter((sessionId) => sessionId !== except);
      }),
    deleteIdentity: async (userId) =>
      db.transaction(async (tx) => {
        await users.deleteUser(tx, userId);
        await deleteSessionsBut(tx, userId, undefined);
      }),
    listDisabledSignUps: async (before) => users.listDisabledSignUps(db, before, DISABLED_MAX),
  };
}

async function makeIdentity(
  { db, passwords }: SignInSource,
  { email, password, roles, signUpId }: IdentityToMake,
): Promise<string> {
  const user = {
    userId: randomUUID(),
    username: email,
    email,
    emailVerified: false,
    roles,
    isEnabled: false,
    signUpId,
  };
  assertRoles(roles);
  if (password !== undefined) assertAllowed(password, user);
  const hash = password === undefined ? undefined : await passwords.hash(password);
  return db.transaction(async (tx) => {
    if (await users.insertUser(tx, { ...user, hash })) {
      // Somebody made otherwise may sign in by this e-mail address as a name.
      if (!(await users.insertSignInName(tx, email, user.userId))) throw emailTaken();
      return user.userId;
    }
    const owner = await users.findUserByEmail(tx, email);
    if (owner?.signUpId !== signUpId) throw emailTaken();
    return owner.userId;
  });
}

async function setEmail(db: Database, userId: string, email: string, emailVerified: boolean): Promise<void> {
  await db.transaction(async (tx) => {
    const user = await users.findUserForUpdate(tx, userId);
    if (!user) throw userNotFound();
    const username = user.username === user.email ? email : user.username;
    if (!(await users.insertSignInName(tx, email, userId))) throw emailTaken();
    await users.deleteOtherSignInNames(tx, userId, [username, email]);
    await users.saveNames(tx, { ...user, username, email, emailVerified });
  });
}

function assertFound(isFound: boolean): void {
  if (!isFound) throw userNotFound();
}

function assertRoles(roles: readonly string[]): void {
  const unknown = roles.filter((role) => !ROLES.has(role));
  if (unknown.length > 0) throw rolesRefused(unknown);
}

/** A rule that Keycloak's realm has, too. */
function assertAllowed(password: string, { username, email }: Pick<Identity, "username" | "email">): void {
  if ([username, email].includes(password.toLowerCase())) throw passwordRefused();
}

/** For a caller of the directory, a database that takes too long is a provider that is away. */
function answeringInTime(db: Database): Database {
  const late = (error: unknown): never => {
    throw error instanceof DomainError && error.kind === "deadlineExceeded" ? directoryAway(error) : error;
  };
  return {
    query: async <R extends object>(name: string, text: string, values?: readonly unknown[]) =>
      db.query<R>(name, text, values).catch(late),
    transaction: async (work) => db.transaction(work).catch(late),
    withSession: async (work) => db.withSession(work),
    [Symbol.asyncDispose]: async () => db[Symbol.asyncDispose](),
  };
}
