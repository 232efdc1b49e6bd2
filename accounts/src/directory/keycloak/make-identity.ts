import { DomainError } from "@animal-delivery/platform/errors";
import { directoryAway, emailTaken } from "../directory-errors.ts";
import type { IdentityToMake } from "../user-directory.ts";
import type { AdminApi } from "./admin-api.ts";
import { deleteUser, findUserBy, SIGN_UP_ID, signUpOf } from "./identities.ts";
import { assertTaken, credential } from "./refusals.ts";
import { giveRoles } from "./roles.ts";

/**
 * Makes a user in two steps, because Keycloak ignores roles in the first: who was left after the first one is made whole by
 * the same call.
 */
export async function makeIdentity(admin: AdminApi, identity: IdentityToMake): Promise<string> {
  const { userId, isNew, isEnabled } = await insertOrFind(admin, identity);
  // Whoever can sign in already was whole once, and their roles may have changed since.
  if (isEnabled) return userId;
  try {
    await giveRoles(admin, userId, identity.roles);
  } catch (error) {
    // These roles they may never have.
    const isRefused = error instanceof DomainError && error.kind === "forbidden";
    if (isNew && isRefused) await deleteUser(admin, userId);
    throw error;
  }
  return userId;
}

/** Somebody may go between the two questions; after that it is Keycloak that is out of order. */
const ATTEMPTS = 3;

async function insertOrFind(admin: AdminApi, { email, password, signUpId }: IdentityToMake) {
  const body = {
    username: email,
    email,
    emailVerified: false,
    enabled: false,
    attributes: { [SIGN_UP_ID]: [signUpId] },
    ...(password !== undefined && { credentials: [credential(password)] }),
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    // 400 also when somebody else with this address comes at the same instant.
    const answer = await admin({ method: "POST", path: "/users", body }, [201, 400, 409]);
    if (answer.status === 201) return { userId: answer.madeId, isNew: true, isEnabled: false };
    assertTaken(answer);
    const owner = (await findUserBy(admin, "email", email)) ?? (await findUserBy(admin, "username", email));
    if (owner && signUpOf(owner) !== signUpId) throw emailTaken();
    if (owner) return { userId: owner.id, isNew: false, isEnabled: owner.enabled };
  }
  throw directoryAway(new Error("Keycloak neither made the user nor has somebody with that address"));
}
