import type { Identity } from "../user-directory.ts";
import type { AdminApi } from "./admin-api.ts";
import { listDisabledUsers, signUpOf, type User, withRoles } from "./identities.ts";

const LISTED_MAX = 100;
const PAGE = 100;
/** How many disabled users are looked at; a realm with more of them has another problem. */
const LOOKED_AT_MAX = 10_000;

/** Keycloak finds users by an attribute's value only, and sorts by name: the disabled ones are read and sorted here. */
export async function listDisabledSignUps(admin: AdminApi, before: Date): Promise<Identity[]> {
  const found: User[] = [];
  for (let first = 0; first < LOOKED_AT_MAX; first += PAGE) {
    const page = await listDisabledUsers(admin, first, PAGE);
    const made = page.filter((user) => signUpOf(user) !== undefined && user.createdTimestamp < before.getTime());
    found.push(...made);
    if (page.length < PAGE) break;
  }
  const oldest = found.sort((a, b) => a.createdTimestamp - b.createdTimestamp).slice(0, LISTED_MAX);
  const identities: Identity[] = [];
  for (const user of oldest) {
    const identity = await withRoles(admin, user);
    if (identity) identities.push(identity);
  }
  return identities;
}
