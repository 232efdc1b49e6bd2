import type { Grant, Relation } from "../access/caller.ts";
import { RELATIONS } from "../access/relations.ts";

const HOUR_MS = 3_600_000;

export interface UserGrantOptions {
  readonly subject: string;
  /** `customer` by default. */
  readonly roles?: readonly string[];
  /** What the policy would say; `customer` by default. */
  readonly relations?: readonly Relation[];
}

/** The grant of a user whose call came through the gateway. */
export function userGrant({ subject, roles = ["customer"], relations = ["customer"] }: UserGrantOptions): Grant {
  const user = {
    subject,
    roles,
    sessionId: `session of ${subject}`,
    expiresAt: new Date(Date.now() + HOUR_MS),
    token: `token of ${subject}`,
  };
  return { caller: { peer: "api-gateway", user, roles, actor: subject }, relations: granted(relations) };
}

/** The grant of a service that calls on its own. */
export function serviceGrant(name: string, relations: readonly Relation[] = ["any"]): Grant {
  const role = `service:${name}`;
  return { caller: { peer: name, user: undefined, roles: [role], actor: role }, relations: granted(relations) };
}

/** The grant of a caller without a token, come through the gateway. */
export function anonymousGrant(relations: readonly Relation[] = ["any"]): Grant {
  const caller = { peer: "api-gateway", user: undefined, roles: ["anonymous"], actor: "anonymous" };
  return { caller, relations: granted(relations) };
}

/** As the policy grants: `any` comes with every other relation. */
function granted(relations: readonly Relation[]): ReadonlySet<Relation> {
  return new Set(relations.includes("any") ? RELATIONS : relations);
}
