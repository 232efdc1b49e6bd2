import { USE_NOTED_MS } from "../../domain/limits.ts";
import { endIdleSession } from "./delete-session.ts";
import type { Tables } from "./tables.ts";

/** Sessions that one sweep ends, each in a step of its own: whoever else wants the places comes in between. */
const ENDED_MAX = 1_000;

/** Nothing where sessions live on. Several processes may do it at once. */
export async function endIdleSessions(tables: Tables): Promise<void> {
  const { sessionIdleMs } = tables.limits;
  if (sessionIdleMs === undefined) return;
  // The last use may be an hour later than what is noted.
  const unusedMs = sessionIdleMs + USE_NOTED_MS;
  for (const memberId of await listIdleSessions(tables, unusedMs)) await endIdleSession(tables, memberId, unusedMs);
}

async function listIdleSessions({ db, shiftMs }: Tables, unusedMs: number): Promise<string[]> {
  const { rows } = await db.query<{ member_id: string }>(
    "list_idle_sessions",
    `select member_id
       from sessions
      where used_at <= (select now_ms($1) - $2::bigint * interval '1 ms')
      order by used_at
      limit ${ENDED_MAX}`,
    [shiftMs(), unusedMs],
  );
  return rows.map((row) => row.member_id);
}
