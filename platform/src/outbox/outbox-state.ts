import type { Queryable } from "../db/database.ts";

/** How an outbox stands. */
export interface OutboxState {
  /** 0 when none waits. */
  readonly oldestUnsentSeconds: number;
  /** At most 10,000 are counted. */
  readonly unsentRows: number;
  readonly parkedRows: number;
}

/**
 * Asked at each scrape, so it must be cheap when hundreds of thousands of rows wait: the oldest is taken by id, whose order
 * is that of the time but for the length of a transaction. Without `order by` the count would read past the rows sent before.
 */
export const OUTBOX_STATE = `
  select (select extract(epoch from clock_timestamp() - created_at)::float8
            from outbox
           where sent_at is null and parked_at is null
           order by id
           limit 1) as seconds,
         (select count(*)::int
            from (select from outbox where sent_at is null and parked_at is null order by id limit 10000) as waiting
         ) as unsent,
         (select count(*)::int from outbox where parked_at is not null) as parked`;

export async function outboxState(db: Queryable): Promise<OutboxState> {
  const { rows } = await db.query<{ seconds: number | null; unsent: number; parked: number }>(
    "outbox_state",
    OUTBOX_STATE,
  );
  const { seconds = null, unsent = 0, parked = 0 } = rows[0] ?? {};
  return { oldestUnsentSeconds: Math.max(0, seconds ?? 0), unsentRows: unsent, parkedRows: parked };
}
