import { every } from "../service/every.ts";
import type { Task } from "../service/service.ts";
import type { Telemetry } from "../telemetry/resources.ts";
import type { Database } from "./database.ts";
import { RETENTION_MS } from "./retention.ts";

/** How many rows one statement deletes: short locks, and room for others in between. */
const CHUNK_ROWS = 5_000;

const EVERY_MS = 10 * 60_000;

/** What expires, by table: which rows go at a retention of `$1` ms. What is parked stays until somebody decides about it. */
const EXPIRED: readonly { readonly table: string; readonly where: string; readonly retentionMs: number }[] = [
  { table: "outbox", where: `sent_at < ${before()}`, retentionMs: RETENTION_MS.outboxSent },
  { table: "inbox", where: `seen_at < ${before()}`, retentionMs: RETENTION_MS.inbox },
  { table: "inbox_heads", where: `not parked and updated_at < ${before()}`, retentionMs: RETENTION_MS.inboxHeads },
  { table: "saga_participations", where: `updated_at < ${before()}`, retentionMs: RETENTION_MS.sagaParticipations },
  // These rows carry their own end.
  { table: "idempotency", where: `expires_at < ${before()}`, retentionMs: 0 },
];

/** Deletes what the platform's tables no longer have to keep, every ten minutes. Every service with a database runs it. */
export function purgeExpired({ db, telemetry }: { db: Database; telemetry: Telemetry }): Task {
  return every("purge", EVERY_MS, telemetry.log, async (stop) => void (await purgeOnce(db, stop)));
}

/** Deletes what has expired by now; answers how many rows of each table that were. */
export async function purgeOnce(db: Database, stop: AbortSignal): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const { table, where, retentionMs } of EXPIRED) {
    let rows = CHUNK_ROWS;
    while (rows === CHUNK_ROWS && !stop.aborted) {
      rows = await deleteChunk(db, table, where, retentionMs);
      deleted[table] = (deleted[table] ?? 0) + rows;
    }
  }
  return deleted;
}

async function deleteChunk(db: Database, table: string, where: string, retentionMs: number): Promise<number> {
  const { rowCount } = await db.query(
    `purge_${table}`,
    // Rows that somebody holds are left for the next round.
    `delete from ${table}
      where ctid = any (array(select ctid from ${table} where ${where} limit ${CHUNK_ROWS} for update skip locked))`,
    [retentionMs],
  );
  return rowCount;
}

function before(): string {
  return "now() - $1::bigint * interval '1 ms'";
}
