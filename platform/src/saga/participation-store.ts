import type { Transaction } from "../db/database.ts";

/** Which step of which saga. */
export interface StepKey {
  readonly sagaId: string;
  readonly step: string;
}

/** What this service did of a step. */
export interface Participation {
  readonly isDone: boolean;
  /** It is not taken any more, whether it ever was or not. */
  readonly isUndone: boolean;
}

/** Locks the row of a step until the transaction ends; makes it when there is none. */
export async function lockParticipation(tx: Transaction, { sagaId, step }: StepKey): Promise<Participation> {
  const { rows } = await tx.query<{ is_done: boolean; is_undone: boolean }>(
    "lock_participation",
    `insert into saga_participations (saga_id, step) values ($1, $2)
     on conflict (saga_id, step) do update set updated_at = now()
     returning done_at is not null as is_done, undone_at is not null as is_undone`,
    [sagaId, step],
  );
  return { isDone: rows[0]?.is_done ?? false, isUndone: rows[0]?.is_undone ?? false };
}

/** Remembers that the step was taken. */
export async function markDone(tx: Transaction, { sagaId, step }: StepKey): Promise<void> {
  await tx.query(
    "mark_participation_done",
    "update saga_participations set done_at = now() where saga_id = $1 and step = $2",
    [sagaId, step],
  );
}

/** Remembers that the step was undone, so that it is never taken again. */
export async function markUndone(tx: Transaction, { sagaId, step }: StepKey): Promise<void> {
  await tx.query(
    "mark_participation_undone",
    "update saga_participations set undone_at = now() where saga_id = $1 and step = $2",
    [sagaId, step],
  );
}
