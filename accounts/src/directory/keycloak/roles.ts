import { z } from "zod";
import { rolesRefused, userNotFound } from "../directory-errors.ts";
import { type AdminApi, isUserMissing } from "./admin-api.ts";

const Role = z.object({ id: z.string(), name: z.string() });
const Roles = z.array(Role);
type Role = z.output<typeof Role>;

/** Every user has this one of Keycloak's own; it means nothing to us. */
const KEYCLOAKS_OWN = "default-roles-";

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
  const { toGive } = await plan(admin, userId, names);
  await change(admin, "POST", userId, toGive);
}

/**
 * Gives a user these roles and takes the others. What may not be given is known before anything changes, and what may not be
 * taken is the first change, so a refusal leaves all as it was.
 *
 * @throws {DomainError} forbidden ROLES_REFUSED, notFound USER_NOT_FOUND.
 */
export async function setRoles(admin: AdminApi, userId: string, names: readonly string[]): Promise<void> {
  const { toGive, toTake } = await plan(admin, userId, names);
  await change(admin, "DELETE", userId, toTake);
  await change(admin, "POST", userId, toGive);
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

async function change(admin: AdminApi, method: "POST" | "DELETE", userId: string, roles: Role[]): Promise<void> {
  if (roles.length === 0) return;
  const { status } = await admin({ method, path: MAPPINGS, id: userId, body: roles }, [204, 403]);
  if (status === 403) throw rolesRefused(roles.map(({ name }) => name));
}
