import type { Act } from "@animal-delivery/platform/audit/act";
import { auditIn } from "@animal-delivery/platform/audit/audit-trail";
import { recordAudit } from "@animal-delivery/platform/audit/record-audit";
import type { Database, Transaction } from "@animal-delivery/platform/db/database";
import type { Role, User } from "../domain/user.ts";
import { pastTheCallersTime } from "./past-the-callers-time.ts";

/** Tells the audit of roles that somebody gave or took. */
export async function auditRoles(tx: Transaction, actor: string, before: User, after: User): Promise<void> {
  await recordAudit(tx, { ...setRoles(actor, before), after: { roles: factOf(after.roles) } });
}

/** Tells the audit of roles that somebody wanted to give or take and may not; in a transaction of its own, since theirs is undone. */
export async function auditRefusedRoles(
  db: Database,
  actor: string,
  user: User,
  refused: readonly Role[],
): Promise<void> {
  const act = { ...setRoles(actor, user), after: { roles: factOf(user.roles), refused: factOf(refused) } };
  // Whoever hangs up does not get past it.
  await pastTheCallersTime(() => auditIn(db)(act));
}

function setRoles(actor: string, { userId, roles }: User): Act {
  return { actor, action: "set_roles", resource: "user", resourceId: userId, before: { roles: factOf(roles) } };
}

function factOf(roles: readonly Role[]): string {
  return roles.toSorted().join();
}
