import { recordAudit } from "@animal-delivery/platform/audit/record-audit";
import type { Transaction } from "@animal-delivery/platform/db/database";
import { assertEtag, etagOf } from "@animal-delivery/platform/etag";
import { startSaga } from "@animal-delivery/platform/saga/start-saga";
import { assertActive, revised, userNotFound, type User } from "../domain/user.ts";
import { noteDeletion } from "../store/deletion-repository.ts";
import { findUserForUpdate, saveUser } from "../store/user-repository.ts";
import type { Parts } from "./parts.ts";

/**
 * Begins to delete a user: closes the account, so that nobody begins twice, and starts the saga that does the rest. The
 * audit is told when it is not the user who wants it.
 *
 * @param etag the etag the user must still have; empty for any.
 * @throws {DomainError} notFound USER_NOT_FOUND, stale ETAG_STALE, refused USER_STATE_REFUSED.
 */
export async function beginDeletion(
  { log }: Parts,
  tx: Transaction,
  { userId, etag, actor }: { userId: string; etag: string; actor: string },
): Promise<User> {
  const user = await findUserForUpdate(tx, userId);
  if (!user) throw userNotFound(userId);
  assertEtag(etag, etagOf(user.revision));
  assertActive(user);

  const closed = revised({ ...user, state: "deleting" }, new Date());
  await saveUser(tx, closed);
  const sagaId = await startSaga(tx, { kind: "delete-user", subjectId: userId });
  await noteDeletion(tx, userId, sagaId);
  if (actor !== userId) {
    const [before, after] = [{ state: user.state }, { state: closed.state, saga_id: sagaId }];
    await recordAudit(tx, { actor, action: "delete", resource: "user", resourceId: userId, before, after });
  }
  tx.afterCommit(() => log.info("deletion of a user begins", { actor, user_id: userId, saga_id: sagaId }));
  return closed;
}
