import type { Queryable } from "@animal-delivery/platform/db/database";
import { DomainError } from "@animal-delivery/platform/errors";
import { currentContext } from "@animal-delivery/platform/request-context";
import { findDeletion } from "../store/deletion-repository.ts";
import { pollUntil } from "./poll.ts";

/**
 * Waits until a deletion is certain to happen, or has, `waitMs` at most.
 *
 * @throws {DomainError} refused USER_BUSY when it was given up.
 */
export async function awaitDeletion(db: Queryable, userId: string, waitMs: number): Promise<void> {
  const deletion = await pollUntil(
    () => findDeletion(db, userId),
    (deletion) => deletion === undefined || deletion.isCertain || deletion.state !== "deleting",
    { waitMs, signal: currentContext()?.signal },
  );
  if (deletion?.state !== "active" || deletion.refusal === undefined) return;
  throw new DomainError("refused", "USER_BUSY", "something of the user's is under way, they cannot be deleted now", {
    cause: deletion.refusal,
  });
}
