import { createHash } from "node:crypto";
import type { Queryable, Transaction } from "./database.ts";
import { sqlStateOf } from "./map-error.ts";
import { RETENTION_MS } from "./retention.ts";
import { DomainError } from "../errors.ts";
import { currentContext } from "../request-context.ts";

/** Whose key it is. */
export interface KeyScope {
  readonly actor: string;
  /** `orders.v1.OrderService/CreateOrder`. */
  readonly method: string;
  readonly key: string;
}

export interface KeyClaim {
  readonly scope: KeyScope;
  /** The request in protobuf's binary form. */
  readonly request: Uint8Array;
  /** How long the caller waits from now on; undefined without a deadline. */
  readonly deadlineMs: number | undefined;
}

/** Without a deadline a twin waits so long. */
const WAIT_MS_DEFAULT = 5_000;

/** A twin gives up so much before its deadline, so that its refusal still arrives. */
const ANSWER_MARGIN_MS = 200;

const LOCK_NOT_AVAILABLE = "55P03";
const QUERY_CANCELED = "57014";

/**
 * Takes the key for this transaction, waiting for a twin that has it; or finds the answer that the twin was given.
 *
 * @returns the stored response in protobuf's binary form; undefined when this transaction is the first and must answer.
 */
export async function claimKey(tx: Transaction, { scope, request, deadlineMs }: KeyClaim): Promise<Buffer | undefined> {
  const fingerprint = createHash("sha256").update(request).digest();
  const waitMs = Math.max(1, (deadlineMs ?? WAIT_MS_DEFAULT) - ANSWER_MARGIN_MS);
  if (await insertKey(tx, scope, fingerprint, waitMs)) return undefined;

  const stored = await findAnswer(tx, scope);
  // The purge took it in between; the caller's retry finds the key free.
  if (!stored?.response) throw new DomainError("unavailable", "UNAVAILABLE", "the idempotency key expired just now");
  if (stored.fingerprint.equals(fingerprint)) return stored.response;
  throw new DomainError("keyReused", "IDEMPOTENCY_KEY_REUSED", "the idempotency key came with another request before");
}

/**
 * Stores the answer for the twins to come.
 *
 * @param about the subject whose data it holds; undefined when it is nobody's or the actor's own.
 */
export async function keepAnswer(
  tx: Transaction,
  { actor, method, key }: KeyScope,
  response: Uint8Array,
  about: string | undefined,
): Promise<void> {
  await tx.query(
    "keep_idempotent_answer",
    `update idempotency
        set response = $4, about = $5
      where actor = $1 and method = $2 and key = $3`,
    [actor, method, key, Buffer.from(response), about],
  );
}

/** Forgets every answer that a person was given or that holds their data; a repetition of such a request is a new one. */
export async function forgetAnswers(tx: Transaction, subject: string): Promise<void> {
  await tx.query("forget_idempotent_answers", "delete from idempotency where actor = $1 or about = $1", [subject]);
}

/** Forgets what a key was answered, so that it may be tried again. */
export async function deleteAnswer(db: Queryable, { actor, method, key }: KeyScope): Promise<void> {
  await db.query("delete_idempotent_answer", "delete from idempotency where actor = $1 and method = $2 and key = $3", [
    actor,
    method,
    key,
  ]);
}

/** Whether the key was free, or its answer expired. Waits for a transaction that is about to take it. */
async function insertKey(tx: Transaction, scope: KeyScope, fingerprint: Buffer, waitMs: number): Promise<boolean> {
  const { actor, method, key } = scope;
  try {
    // The wait for a twin is a wait for a lock, so its limit is lock_timeout, set in the same statement.
    const { rowCount } = await tx.query(
      "claim_idempotency_key",
      `with patience as (select set_config('lock_timeout', $5, true))
       insert into idempotency (actor, method, key, fingerprint, expires_at)
       select $1, $2, $3, $4, now() + $6::bigint * interval '1 ms' from patience
       on conflict (actor, method, key) do update
          set fingerprint = excluded.fingerprint, response = null, about = null, expires_at = excluded.expires_at
        where idempotency.expires_at <= now()`,
      [actor, method, key, fingerprint, `${Math.ceil(waitMs)}ms`, RETENTION_MS.idempotency],
    );
    return rowCount === 1;
  } catch (error) {
    const state = sqlStateOf(error);
    const timedOut = state === LOCK_NOT_AVAILABLE || state === QUERY_CANCELED;
    if (!timedOut || currentContext()?.signal?.aborted) throw error;
    throw new DomainError(
      "refused",
      "IDEMPOTENCY_TWIN_RUNNING",
      "a first request with this key is still running",
      {},
      {
        cause: error,
      },
    );
  }
}

async function findAnswer(tx: Transaction, { actor, method, key }: KeyScope) {
  const { rows } = await tx.query<{ fingerprint: Buffer; response: Buffer | null }>(
    "find_idempotent_answer",
    `select fingerprint, response
       from idempotency
      where actor = $1 and method = $2 and key = $3`,
    [actor, method, key],
  );
  return rows[0];
}
