import type { Database } from "@animal-delivery/platform/db/database";
import { resumedSeq, type Change, type Snapshot } from "../domain/change.ts";
import { deliveryNotFound } from "../domain/refusals.ts";
import { isFinal } from "../domain/status.ts";
import { findSnapshot, listChanges } from "../store/change-repository.ts";
import type { Visibility } from "../store/visibility.ts";
import type { ChangeFeed } from "./change-feed.ts";

/** Changes read at a time: what one stream holds in memory at the most. */
const CHANGES_READ_MAX = 100;

export interface Following {
  readonly deliveryId: string;
  /** Where to go on; empty starts with a snapshot. */
  readonly resumeToken: string;
  readonly visibility: Visibility;
}

/**
 * Follows a delivery: a snapshot unless it resumes, then every change in order, without a gap or a duplicate, until the
 * delivery is over. Reads on only when the last change was taken.
 *
 * @throws {DomainError} notFound DELIVERY_NOT_FOUND, invalid RESUME_TOKEN_INVALID; the signal's reason when it aborts.
 */
export async function* followDelivery(
  db: Database,
  feed: ChangeFeed,
  following: Following,
  signal: AbortSignal,
): AsyncGenerator<Snapshot | Change, void, undefined> {
  const snapshot = await findSnapshot(db, following.deliveryId, following.visibility);
  if (!snapshot) throw deliveryNotFound(following.deliveryId);

  // The id as the database writes it: a caller may write a UUID in capitals.
  const { deliveryId } = snapshot;
  let seq = snapshot.seq;
  if (following.resumeToken === "") yield snapshot;
  else seq = resumedSeq(following.resumeToken, snapshot.seq);
  // The step to a final status is the last change there ever is.
  if (isFinal(snapshot.status) && seq === snapshot.seq) return;

  for (;;) {
    const changes = await listChanges(db, deliveryId, seq, CHANGES_READ_MAX);
    for (const change of changes) {
      yield change;
      seq = change.seq;
      if (change.kind === "status" && isFinal(change.step.status)) return;
    }
    if (changes.length < CHANGES_READ_MAX) await feed.changedAfter(deliveryId, seq, signal);
  }
}
