import { z } from "zod";
import { directoryAway, rolesRefused, userNotFound } from "../directory-errors.ts";
import { type AdminApi, isUserMissing } from "./admin-api.ts";

const Role = z.object({ id: z.string(), name: z.string() });
const Roles = z.array(Role);
type Role = z.output<typeof Role>;

/** Every user has this one of Keycloak's own; it means nothing to us. */
const KEYCLOAKS_OWN = "default-roles-";

const ATTEMPTS = 5;

const MAPPINGS = "/users/{id}/role-mappings/realm";

/** The roles given to a user; undefined when there is no such user. */
export async function rolesOf(admin: AdminApi, userId: string): Promise<Role[] | undefined> {
  const answer = await admin({ method: "GET", path: MAPPINGS, id: userId }, [200, 404]);
  if (isUserMissing(answer)) return undefined;
  return Roles.parse(answer.body).filter(({ name }) => !name.startsWith(KEYCLOAKS_OWN));
}

/**
 * Gives a user the roles of these names that they do not have.
 *
 * @throws {DomainError} forbidden ROLES_REFUSED, notFound USER_NOT_FOUND.
 */
export async function giveRoles(admin: AdminApi, userId: string, names: readonly string[]): Promise<void> {
  await untilTaken(async () => {
    const { toGive } = await plan(admin, userId, names);
    return change(admin, "POST", userId, toGive);
  });
}

/**
 * Gives a user these roles and takes the others. What may not be given is known before anything changes, and what may not be
 * taken is the first change, so a refusal leaves all as it was.
 *
 * @throws {DomainError} forbidden ROLES_REFUSED, notFound USER_NOT_FOUND.
 */
export async function setRoles(admin: AdminApi, userId: string, names: readonly string[]): Promise<void> {
  await untilTaken(async () => {
    const { toGive, toTake } = await plan(admin, userId, names);
    return (await change(admin, "DELETE", userId, toTake)) && change(admin, "POST", userId, toGive);
  });
}

/** Plans anew when somebody gave or took the same at the same instant. */
async function untilTaken(attempt: () => Promise<boolean>): Promise<void> {
  for (let count = 1; count <= ATTEMPTS; count++) if (await attempt()) return;
  throw directoryAway(new Error("Keycloak does not take the roles"));
}

async function plan(admin: AdminApi, userId: string, names: readonly string[]) {
  const given = await rolesOf(admin, userId);
  if (!given) throw userNotFound();
  const missing = names.filter((role) => !given.some(({ name }) => name === role));
  return {
    toGive: missing.length > 0 ? await grantable(admin, userId, missing) : [],
    toTake: given.filter(({ name }) => !names.includes(name)),
  };
}

/** The roles of these names, which our service account may give. Which they are, only Keycloak knows: its permissions say it. */
async function grantable(admin: AdminApi, userId: string, names: readonly string[]): Promise<Role[]> {
  const { body } = await admin({ method: "GET", path: `${MAPPINGS}/available`, id: userId });
  const found = Roles.parse(body).filter(({ name }) => names.includes(name));
  if (found.length === names.length) return found;
  // Somebody may have given the rest meanwhile: then it is no longer available.
  const given = (await rolesOf(admin, userId)) ?? [];
  const refused = names.filter((role) => ![...found, ...given].some(({ name }) => name === role));
  if (refused.length > 0) throw rolesRefused(refused);
  return found;
}

/** Whether Keycloak took it: 400 is for whoever loses a race for the same role. */
async function change(admin: AdminApi, method: "POST" | "DELETE", userId: string, roles: Role[]): Promise<boolean> {
  if (roles.length === 0) return true;
  const { status } = await admin({ method, path: MAPPINGS, id: userId, body: roles }, [204, 400, 403]);
  if (status === 403) throw rolesRefused(roles.map(({ name }) => name));
  return status === 204;
}
