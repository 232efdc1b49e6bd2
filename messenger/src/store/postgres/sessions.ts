import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import { USE_NOTED_MS } from "../../domain/limits.ts";
import { sessionsFull } from "../../domain/refusals.ts";
import { memberIdOf, type Session } from "../../domain/speaker.ts";
import { assertOpen } from "./closed-people.ts";
import { lockPlaces, takePlaces } from "./places.ts";
import type { Tables } from "./tables.ts";

interface SessionRow {
  alias: string | null;
  created_at: Date;
}

export async function saveSession(
  { db, limits, shiftMs }: Tables,
  key: string,
  alias: string | undefined,
): Promise<Session> {
  const memberId = memberIdOf(key);
  return db.transaction(async (tx) => {
    await assertOpen(tx, memberId);
    const known = await setAlias(tx, memberId, alias);
    if (known) return known;
    const taken = await lockPlaces(tx, "sessions");
    // A twin may have made it while this one waited.
    const twin = await setAlias(tx, memberId, alias);
    if (twin) return twin;
    if (taken >= limits.sessionsMax) throw sessionsFull(limits.sessionsMax);
    await takePlaces(tx, "sessions", 1);
    return insertSession(tx, shiftMs(), memberId, alias);
  });
}

export async function findSession({ db }: Tables, key: string): Promise<Session | undefined> {
  const { rows } = await db.query<SessionRow>(
    "find_session",
    "select alias, created_at from sessions where member_id = $1",
    [memberIdOf(key)],
  );
  return rows[0] && sessionOf(rows[0]);
}

/** A call in an hour writes, and finds out by that whether a sweep was faster. */
export async function touchSession({ db, shiftMs }: Tables, key: string): Promise<Session | undefined> {
  const { rows } = await db.query<SessionRow & { is_noted: boolean }>(
    "find_used_session",
    `select alias, created_at, used_at > now_ms($1) - $3::bigint * interval '1 ms' as is_noted
       from sessions
      where member_id = $2`,
    [shiftMs(), memberIdOf(key), USE_NOTED_MS],
  );
  const [row] = rows;
  if (!row || row.is_noted) return row && sessionOf(row);
  return noteUse(db, shiftMs(), memberIdOf(key));
}

async function noteUse(db: Queryable, shiftMs: number, memberId: string): Promise<Session | undefined> {
  const { rows } = await db.query<SessionRow>(
    "note_use",
    `update sessions
        set used_at = greatest(used_at, now_ms($1))
      where member_id = $2
     returning alias, created_at`,
    [shiftMs, memberId],
  );
  return rows[0] && sessionOf(rows[0]);
}

/** Undefined when there is no such session. */
async function setAlias(tx: Transaction, memberId: string, alias: string | undefined): Promise<Session | undefined> {
  const { rows } = await tx.query<SessionRow>(
    "set_alias",
    "update sessions set alias = $2 where member_id = $1 returning alias, created_at",
    [memberId, alias],
  );
  return rows[0] && sessionOf(rows[0]);
}

async function insertSession(
  tx: Transaction,
  shiftMs: number,
  memberId: string,
  alias: string | undefined,
): Promise<Session> {
  const { rows } = await tx.query<SessionRow>(
    "insert_session",
    `insert into sessions (member_id, alias, created_at, used_at)
     select $2, $3, now_at, now_at from now_ms($1) as now_at
     returning alias, created_at`,
    [shiftMs, memberId, alias],
  );
  const [row] = rows;
  if (!row) throw new Error("an insert answered no row");
  return sessionOf(row);
}

function sessionOf(row: SessionRow): Session {
  return { alias: row.alias ?? undefined, createdAt: row.created_at };
}
