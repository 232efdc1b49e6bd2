import type { OpenSession } from "@animal-delivery/accounts/directory/user-directory";
import type { Queryable } from "@animal-delivery/platform/db/database";

interface SessionRow {
  grant_id: string;
  client_id: string;
  started_at: Date;
  last_used_at: Date;
}

/**
 * Lists what a user is signed in by: grants with a refresh token that is still good. All tokens of a grant have its id as
 * `sid`; the newest of them tells when it was used last.
 */
export async function listSessions(db: Queryable, userId: string, limit?: number): Promise<OpenSession[]> {
  const { rows } = await db.query<SessionRow>(
    "listSessions",
    `select grants.id as grant_id,
            grants.payload ->> 'clientId' as client_id,
            to_timestamp((grants.payload ->> 'iat')::bigint) as started_at,
            to_timestamp(max((tokens.payload ->> 'iat')::bigint)) as last_used_at
       from payloads as grants
       join payloads as tokens on tokens.grant_id = grants.id and tokens.model = 'RefreshToken'
      where grants.model = 'Grant' and grants.account_id = $1 and grants.expires_at > now()
      group by grants.model, grants.id
     having bool_or(tokens.consumed_at is null and tokens.expires_at > now())
      order by started_at desc, grant_id desc
      limit $2`,
    [userId, limit],
  );
  return rows.map((row) => ({
    sessionId: row.grant_id,
    clientId: row.client_id,
    startedAt: row.started_at,
    lastUsedAt: row.last_used_at,
  }));
}

/** Ends one session: its grant, its tokens, and the browser's session by which it could begin anew. */
export async function deleteSession(tx: Queryable, userId: string, grantId: string): Promise<void> {
  await tx.query(
    "deleteSession",
    `delete from payloads
      where account_id = $1
        and (grant_id = $2 or (model = 'Grant' and id = $2)
             or (model = 'Session' and payload -> 'authorizations' @? format('$.*.grantId ? (@ == %s)', to_json($2::text))::jsonpath))`,
    [userId, grantId],
  );
}

/**
 * Ends everything of a user but the one session, also a sign-in that is just under way: whoever has given name and password may
 * let it lie for minutes before they go on.
 */
export async function deleteSessionsBut(tx: Queryable, userId: string, grantId: string | undefined): Promise<void> {
  await tx.query(
    "deleteSessionsBut",
    `delete from payloads
      where account_id = $1
        and ($2::text is null
             or case model
                  when 'Grant' then id <> $2
                  when 'Session' then not payload -> 'authorizations' @? format('$.*.grantId ? (@ == %s)', to_json($2::text))::jsonpath
                  else grant_id is distinct from $2
                end)`,
    [userId, grantId ?? null],
  );
  await tx.query(
    "deleteInteractions",
    "delete from payloads where model = 'Interaction' and payload #>> '{result,login,accountId}' = $1",
    [userId],
  );
}
