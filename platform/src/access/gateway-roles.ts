import type { User } from "./caller.ts";

const ANONYMOUS: readonly string[] = ["anonymous"];
/** What everybody is who signed in; the policy lets it do what `anonymous` may. */
const SIGNED_IN: readonly string[] = ["user"];

/**
 * The roles that the policy is asked with for a call that the gateway carries. A person who signed in may do what every user
 * may, look after their own account above all, even with roles that the policy does not know, or with none.
 */
export function gatewayRoles(user: User | undefined): readonly string[] {
  return user ? [...user.roles, ...SIGNED_IN] : ANONYMOUS;
}
