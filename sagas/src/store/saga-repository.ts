import type { Queryable, Transaction } from "@animal-delivery/platform/db/database";
import type { Saga, SagaStep } from "../domain/saga.ts";
import { SAGA_COLUMNS, sagaOf, type SagaRow, type StepRow } from "./saga-row.ts";

/** Reads one saga with its steps; undefined when there is none. */
export async function findSaga(db: Queryable, sagaId: string): Promise<Saga | undefined> {
  const { rows } = await db.query<SagaRow>("find_saga", `select ${SAGA_COLUMNS} from sagas s where s.saga_id = $1`, [
    sagaId,
  ]);
  return rows[0] && withSteps(db, rows[0]);
}

/** Reads one saga with its steps and locks its row until the transaction ends; undefined when there is none. */
export async function findSagaForUpdate(tx: Transaction, sagaId: string): Promise<Saga | undefined> {
  const { rows } = await tx.query<SagaRow>(
    "find_saga_for_update",
    `select ${SAGA_COLUMNS} from sagas s where s.saga_id = $1 for update`,
    [sagaId],
  );
  return rows[0] && withSteps(tx, rows[0]);
}

/** Reads and locks a saga whose deadline has passed; undefined when somebody else is at it, or it has moved on. */
export async function findDueSagaForUpdate(tx: Transaction, sagaId: string, now: Date): Promise<Saga | undefined> {
  const { rows } = await tx.query<SagaRow>(
    "find_due_saga_for_update",
    `select ${SAGA_COLUMNS} from sagas s where s.saga_id = $1 and s.deadline_at <= $2 for update skip locked`,
    [sagaId, now],
  );
  return rows[0] && withSteps(tx, rows[0]);
}

async function withSteps(db: Queryable, row: SagaRow): Promise<Saga> {
  const { rows } = await db.query<StepRow>(
    "list_saga_steps",
    `select step, participant, state, attempts, reason, started_at, ended_at
       from saga_steps
      where saga_id = $1
      order by position`,
    [row.saga_id],
  );
  return sagaOf(row, rows);
}

/** Writes a new saga with its steps; false when it is there already. */
export async function insertSaga(tx: Transaction, saga: Saga): Promise<boolean> {
  const { rowCount } = await tx.query(
    "insert_saga",
    `insert into sagas (saga_id, kind, state, step, subject_id, reason, correlation_id, trace_headers, attempts, sequence,
                        deadline_at, started_at, updated_at, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict do nothing`,
    [
      saga.sagaId,
      saga.kind,
      saga.state,
      saga.step,
      saga.subjectId,
      saga.reason,
      saga.correlationId,
      JSON.stringify(saga.traceHeaders),
      saga.attempts,
      saga.sequence,
      saga.deadlineAt,
      saga.startedAt,
      saga.updatedAt,
      saga.version,
    ],
  );
  if (rowCount === 0) return false;
  for (const [position, step] of saga.steps.entries()) await insertStep(tx, saga.sagaId, position, step);
  return true;
}

async function insertStep(tx: Transaction, sagaId: string, position: number, step: SagaStep): Promise<void> {
  await tx.query(
    "insert_saga_step",
    `insert into saga_steps (saga_id, position, step, participant, state, attempts, reason, started_at, ended_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [sagaId, position, step.step, step.participant, ...changesOf(step)],
  );
}

/**
 * Writes what changed of a saga and its steps.
 *
 * @throws {Error} when the row does not stand at the version before: somebody wrote it who had not read it last.
 */
export async function saveSaga(tx: Transaction, before: Saga, after: Saga): Promise<void> {
  const { rowCount } = await tx.query(
    "save_saga",
    `update sagas
        set state = $3, step = $4, reason = $5, attempts = $6, sequence = $7, deadline_at = $8, updated_at = $9,
            version = $10
      where saga_id = $1 and version = $2`,
    [
      before.sagaId,
      before.version,
      after.state,
      after.step,
      after.reason,
      after.attempts,
      after.sequence,
      after.deadlineAt,
      after.updatedAt,
      after.version,
    ],
  );
  if (rowCount === 0) throw new Error(`saga ${before.sagaId} is not at version ${before.version} any more`);
  for (const [position, step] of after.steps.entries()) {
    if (step !== before.steps[position]) await saveStep(tx, before.sagaId, position, step);
  }
}

async function saveStep(tx: Transaction, sagaId: string, position: number, step: SagaStep): Promise<void> {
  await tx.query(
    "save_saga_step",
    `update saga_steps
        set state = $3, attempts = $4, reason = $5, started_at = $6, ended_at = $7
      where saga_id = $1 and position = $2`,
    [sagaId, position, ...changesOf(step)],
  );
}

function changesOf({ state, attempts, reason, startedAt, endedAt }: SagaStep): unknown[] {
  return [state, attempts, reason, startedAt, endedAt];
}
