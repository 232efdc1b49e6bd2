import type { User } from "./caller.ts";

const ANONYMOUS: readonly string[] = ["anonymous"];

/**
 * The roles that the policy is asked with for a call that the gateway carries. A person who signed in may do what anybody may,
 * even with roles that the policy does not know, or with none.
 */
export function gatewayRoles(user: User | undefined): readonly string[] {
  return user ? [...user.roles, ...ANONYMOUS] : ANONYMOUS;
}
