import { DISABLED_MAX, type DisabledSignUp } from "../user-directory.ts";
import type { AdminApi } from "./admin-api.ts";
import { listDisabledUsers, signUpOf, type User } from "./identities.ts";

const PAGE = 100;

/** Keycloak finds users by an attribute's value only, and sorts by name: the disabled ones are read and sorted here. */
export async function listDisabledSignUps(admin: AdminApi, before: Date): Promise<DisabledSignUp[]> {
  const found: User[] = [];
  for (let first = 0; first < DISABLED_MAX; first += PAGE) {
    const page = await listDisabledUsers(admin, first, PAGE);
    const made = page.filter((user) => signUpOf(user) !== undefined && user.createdTimestamp < before.getTime());
    found.push(...made);
    if (page.length < PAGE) break;
  }
  return found
    .sort((a, b) => a.createdTimestamp - b.createdTimestamp)
    .map((user) => ({ userId: user.id, isEnabled: user.enabled, signUpId: signUpOf(user) }));
}
