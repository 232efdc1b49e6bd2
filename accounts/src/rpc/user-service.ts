import type { ServiceImpl } from "@connectrpc/connect";
import type { UserService } from "@animal-delivery/contracts/gen/users/v1/user_service_pb";
import type { Grant } from "@animal-delivery/platform/access/caller";
import { grantOf } from "@animal-delivery/platform/rpc/grant";
import { forgetAnswer, idempotencyKeyOf, mutate } from "@animal-delivery/platform/rpc/mutate";
import { auditRefusedRoles } from "../app/audit-roles.ts";
import { awaitDeletion } from "../app/await-deletion.ts";
import { beginDeletion } from "../app/begin-deletion.ts";
import { currentUser } from "../app/current-user.ts";
import type { Parts } from "../app/parts.ts";
import { updateUser } from "../app/update-user.ts";
import { isRefusedFor } from "../domain/refusal.ts";
import { userNotFound, type User } from "../domain/user.ts";
import { beginChange } from "../store/following.ts";
import { exportUser } from "./export-user.ts";
import { userPage } from "./list-users.ts";
import { boundedWait, makeUser, WAIT_MS_DEFAULT } from "./make-user.ts";
import { mergeUser } from "./merge-user.ts";
import type { Neighbours } from "./neighbours.ts";
import { streamUsers } from "./stream-users.ts";
import { profileOf, userMessage } from "./user-message.ts";

/** What the provider owns: a change of it is made there first. */
const PROVIDERS_FIELDS = new Set(["email", "roles"]);

/** Profiles over RPC. A caller meets themselves, an admin everybody; no other user is there. */
export function userService(parts: Parts, neighbours: Neighbours): ServiceImpl<typeof UserService> {
  const { db } = parts;
  return {
    async createUser({ user: given }, context) {
      if (!given) throw new Error("a request without user passed validation");
      const { actor } = grantOf(context).caller;
      const told = profileOf(given);
      const profile = { ...told, roles: told.roles.length > 0 ? told.roles : (["customer"] as const) };
      const wish = { actor, profile, password: undefined, key: idempotencyKeyOf(context) };
      const { user } = await makeUser(parts, wish, { waitMs: WAIT_MS_DEFAULT, context });
      return { user: userMessage(user) };
    },

    async getUser({ userId }, context) {
      assertVisible(grantOf(context), userId);
      return { user: userMessage(await currentUser(parts, userId)) };
    },

    listUsers: (request) => userPage(db, request),

    listUsersStream: (request, context) => streamUsers(db, request, context.signal),

    async updateUser(request, context) {
      const { user: given, updateMask, etag } = request;
      if (!given) throw new Error("a request without user passed validation");
      const { userId } = given;
      const paths = updateMask?.paths ?? [];
      const grant = grantOf(context);
      assertVisible(grant, userId);
      const before = await currentUser(parts, userId);
      if (paths.some((path) => PROVIDERS_FIELDS.has(path))) await beginChange(db, userId);
      const changer = { actor: grant.caller.actor, isAdmin: grant.relations.has("any") };
      return mutate(db, context, request, async (tx) => {
        const merge = (current: User) => mergeUser(current, given, paths);
        return { user: userMessage(await updateUser(parts, tx, { userId, etag, changer }, merge)) };
      }).catch(async (error: unknown) => {
        const { roles } = profileOf(given);
        if (isRefusedFor(error, "ROLES_REFUSED")) await auditRefusedRoles(db, changer.actor, before, roles);
        throw error;
      });
    },

    async deleteUser(request, context) {
      const { userId, etag } = request;
      const grant = grantOf(context);
      assertVisible(grant, userId);
      await currentUser(parts, userId);
      const response = await mutate(db, context, request, async (tx, { caller }) => ({
        user: userMessage(await beginDeletion(parts, tx, { userId, etag, actor: caller.actor })),
      }));
      await awaitDeletion(db, userId, boundedWait(WAIT_MS_DEFAULT, context)).catch(async (error: unknown) => {
        // A refused request leaves no trace: its key may be tried again.
        if (isRefusedFor(error, "USER_BUSY")) await forgetAnswer(db, context);
        throw error;
      });
      return response;
    },

    exportUser: (_request, context) => exportUser(parts, neighbours, grantOf(context).caller, context.signal),
  };
}

/** @throws {DomainError} notFound USER_NOT_FOUND when it is somebody else and the caller may only know themselves. */
function assertVisible({ caller, relations }: Grant, userId: string): void {
  if (!relations.has("any") && caller.actor !== userId) throw userNotFound(userId);
}
