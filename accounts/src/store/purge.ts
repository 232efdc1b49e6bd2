import type { Database } from "@animal-delivery/platform/db/database";
import { ATTEMPTS_WINDOW_MS } from "./attempts.ts";

const DAY_MS = 86_400_000;

/** How many rows one statement deletes. */
const CHUNK_ROWS = 5_000;

/** How long the rows of each table that grows are kept, by the time in one of its columns. */
const RETENTION = [
  /** Sign-ups that ended; the contract says that GetSignUp knows them for a day. */
  { table: "sign_ups", column: "ended_at", retentionMs: DAY_MS },
  /** Tokens carry their own end. */
  { table: "mail_tokens", column: "expires_at", retentionMs: 0 },
  /** Mails that could not be sent. */
  { table: "mails", column: "created_at", retentionMs: DAY_MS },
  { table: "attempts", column: "since", retentionMs: ATTEMPTS_WINDOW_MS },
  /** Longer than any request or token of a person can live. */
  { table: "erasures", column: "erased_at", retentionMs: DAY_MS },
] as const;

/** Deletes the rows that were kept long enough; answers how many of each table. */
export async function purgeAccounts(db: Database, now: Date, stop: AbortSignal): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const { table, column, retentionMs } of RETENTION) {
    const before = new Date(now.getTime() - retentionMs);
    let rows = CHUNK_ROWS;
    while (rows === CHUNK_ROWS && !stop.aborted) {
      ({ rowCount: rows } = await db.query(
        `purge_${table}`,
        `delete from ${table}
          where ctid = any (array(select ctid from ${table} where ${column} < $1 limit ${CHUNK_ROWS}
                                     for update skip locked))`,
        [before],
      ));
      deleted[table] = (deleted[table] ?? 0) + rows;
    }
  }
  return deleted;
}
