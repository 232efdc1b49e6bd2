import { z } from "zod";
import type { Identity } from "../user-directory.ts";
import { type AdminApi, isUserMissing } from "./admin-api.ts";
import { rolesOf } from "./roles.ts";

/** A user as the administration API tells them. */
const User = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string().default(""),
  emailVerified: z.boolean().default(false),
  enabled: z.boolean().default(false),
  createdTimestamp: z.number(),
  attributes: z.record(z.string(), z.array(z.string())).default({}),
});

export type User = z.output<typeof User>;
const Users = z.array(User);

/** The attribute that names the sign-up which made a user; declared in the realm, for administrators alone. */
export const SIGN_UP_ID = "sign_up_id";

/** Reads one user; undefined when there is none. */
export async function findUser(admin: AdminApi, userId: string): Promise<User | undefined> {
  const answer = await admin({ method: "GET", path: "/users/{id}", id: userId }, [200, 404]);
  return isUserMissing(answer) ? undefined : User.parse(answer.body);
}

/** Reads one user by `email` or `username`, in any case; undefined when there is none. */
export async function findUserBy(
  admin: AdminApi,
  name: "email" | "username",
  value: string,
): Promise<User | undefined> {
  const query = { [name]: value, exact: "true", briefRepresentation: "false" };
  const { body } = await admin({ method: "GET", path: "/users", query });
  return Users.parse(body)[0];
}

/** One who is not there is deleted already. */
export async function deleteUser(admin: AdminApi, userId: string): Promise<void> {
  const answer = await admin({ method: "DELETE", path: "/users/{id}", id: userId }, [204, 404]);
  // A realm that is not there has forgotten nobody.
  isUserMissing(answer);
}

/** Lists users who cannot sign in, a page of them. */
export async function listDisabledUsers(admin: AdminApi, first: number, max: number): Promise<User[]> {
  const query = { enabled: "false", briefRepresentation: "false", first: String(first), max: String(max) };
  return Users.parse((await admin({ method: "GET", path: "/users", query })).body);
}

/** With their roles, which are asked for on their own; undefined when the user went meanwhile. */
export async function withRoles(admin: AdminApi, user: User): Promise<Identity | undefined> {
  const roles = await rolesOf(admin, user.id);
  return (
    roles && {
      userId: user.id,
      email: user.email.toLowerCase(),
      emailVerified: user.emailVerified,
      username: user.username,
      roles: roles.map(({ name }) => name).sort(),
      isEnabled: user.enabled,
      signUpId: signUpOf(user),
      createdAt: new Date(user.createdTimestamp),
    }
  );
}

export function signUpOf(user: User): string | undefined {
  return user.attributes[SIGN_UP_ID]?.[0];
}
