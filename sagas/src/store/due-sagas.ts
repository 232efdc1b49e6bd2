import type { Queryable } from "@animal-delivery/platform/db/database";
import type { Saga } from "../domain/saga.ts";

/** A saga whose deadline has passed, with what its work belongs to. */
export type DueSaga = Pick<Saga, "sagaId" | "correlationId" | "traceHeaders">;

/** The sagas that are due, the longest overdue first. Somebody else may be at them. */
export async function listDueSagas(db: Queryable, now: Date, limit: number): Promise<DueSaga[]> {
  const { rows } = await db.query<{ saga_id: string; correlation_id: string; trace_headers: Record<string, string> }>(
    "list_due_sagas",
    `select saga_id, correlation_id, trace_headers
       from sagas
      where deadline_at <= $1
      order by deadline_at
      limit $2`,
    [now, limit],
  );
  return rows.map((row) => ({
    sagaId: row.saga_id,
    correlationId: row.correlation_id,
    traceHeaders: row.trace_headers,
  }));
}

/** When the next saga is due; undefined when none is under way. */
export async function findNextDeadline(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ deadline_at: Date }>(
    "find_next_deadline",
    "select deadline_at from sagas where deadline_at is not null order by deadline_at limit 1",
  );
  return rows[0]?.deadline_at;
}

/** How many sagas of each kind are under way; kinds without one are left out. */
export async function countActiveSagas(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ kind: string; sagas: number }>(
    "count_active_sagas",
    "select kind, count(*)::int as sagas from sagas where deadline_at is not null group by kind",
  );
  return new Map(rows.map(({ kind, sagas }) => [kind, sagas]));
}

/** Deletes sagas that ended before a time, at most so many; answers how many those were. */
export async function deleteEndedSagas(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    "delete_ended_sagas",
    `delete from sagas
      where saga_id = any (array(select saga_id
                                   from sagas
                                  where deadline_at is null and updated_at < $1
                                  limit $2
                                    for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

/** Puts a saga that is under way off. */
export async function postponeSaga(db: Queryable, sagaId: string, until: Date): Promise<void> {
  await db.query("postpone_saga", "update sagas set deadline_at = $2 where saga_id = $1 and deadline_at is not null", [
    sagaId,
    until,
  ]);
}
