import type { Database } from "@animal-delivery/platform/db/database";
import type { AdapterPayload } from "oidc-provider";

interface PayloadRow {
  payload: AdapterPayload;
  /** Unix time in seconds. */
  consumed: number | null;
}

/** Writes one thing that the provider keeps; without `expiresInSeconds` for ever. */
export async function savePayload(
  db: Database,
  model: string,
  id: string,
  payload: AdapterPayload,
  expiresInSeconds: number | undefined,
): Promise<void> {
  await db.query(
    "savePayload",
    `insert into payloads (model, id, payload, grant_id, uid, expires_at)
          values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
     on conflict (model, id) do update
             set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
                 expires_at = excluded.expires_at`,
    [model, id, payload, payload.grantId ?? null, payload.uid ?? null, expiresInSeconds ?? null],
  );
}

/** Reads one thing by its id; undefined when there is none. */
export async function findPayload(db: Database, model: string, id: string): Promise<AdapterPayload | undefined> {
  const { rows } = await db.query<PayloadRow>(
    "findPayload",
    `select payload, extract(epoch from consumed_at)::int as consumed
       from payloads
      where model = $1 and id = $2`,
    [model, id],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Reads one thing by its uid; undefined when there is none. */
export async function findPayloadByUid(db: Database, model: string, uid: string): Promise<AdapterPayload | undefined> {
  const { rows } = await db.query<PayloadRow>(
    "findPayloadByUid",
    `select payload, extract(epoch from consumed_at)::int as consumed
       from payloads
      where model = $1 and uid = $2`,
    [model, uid],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Marks a code or token as used; false when somebody else was first. */
export async function consumePayload(db: Database, model: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    "consumePayload",
    "update payloads set consumed_at = now() where model = $1 and id = $2 and consumed_at is null",
    [model, id],
  );
  return rowCount === 1;
}

export async function deletePayload(db: Database, model: string, id: string): Promise<void> {
  await db.query("deletePayload", "delete from payloads where model = $1 and id = $2", [model, id]);
}

/** Deletes all codes and tokens of a grant. */
export async function deletePayloadsOfGrant(db: Database, grantId: string): Promise<void> {
  await db.query("deletePayloadsOfGrant", "delete from payloads where grant_id = $1", [grantId]);
}

/** Ends a grant: it and all that was issued by it. */
export async function endGrant(db: Database, grantId: string): Promise<void> {
  await deletePayload(db, "Grant", grantId);
  await deletePayloadsOfGrant(db, grantId);
}

/** Deletes what expired, at most `limit` of it; answers how much that was. */
export async function deleteExpiredPayloads(db: Database, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    "deleteExpiredPayloads",
    `delete from payloads
      where (model, id) in (select model, id from payloads where expires_at < now() limit $1)`,
    [limit],
  );
  return rowCount;
}

function fromRow({ payload, consumed }: PayloadRow): AdapterPayload {
  return consumed === null ? payload : { ...payload, consumed };
}
