import type { Saga, SagaState, SagaStep, StepState } from "../domain/saga.ts";

/** The columns of `SagaRow`, of the table alias `s`. */
export const SAGA_COLUMNS = `s.saga_id, s.kind, s.state, s.step, s.subject_id, s.reason, s.correlation_id, s.trace_headers,
  s.attempts, s.sequence, s.deadline_at, s.started_at, s.updated_at, s.version`;

export interface SagaRow {
  saga_id: string;
  kind: string;
  state: SagaState;
  step: string | null;
  subject_id: string;
  reason: string;
  correlation_id: string;
  trace_headers: Record<string, string>;
  attempts: number;
  sequence: number;
  deadline_at: Date | null;
  started_at: Date;
  updated_at: Date;
  version: number;
}

export interface StepRow {
  step: string;
  participant: string;
  state: StepState;
  attempts: number;
  reason: string;
  started_at: Date | null;
  ended_at: Date | null;
}

/** @param steps none where the steps are not asked for. */
export function sagaOf(row: SagaRow, steps: readonly StepRow[] = []): Saga {
  return {
    sagaId: row.saga_id,
    kind: row.kind,
    state: row.state,
    step: row.step ?? undefined,
    subjectId: row.subject_id,
    reason: row.reason,
    correlationId: row.correlation_id,
    traceHeaders: row.trace_headers,
    attempts: row.attempts,
    sequence: row.sequence,
    deadlineAt: row.deadline_at ?? undefined,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    version: row.version,
    steps: steps.map(stepOf),
  };
}

function stepOf({ step, participant, state, attempts, reason, ...row }: StepRow): SagaStep {
  const times = { startedAt: row.started_at ?? undefined, endedAt: row.ended_at ?? undefined };
  return { step, participant, state, attempts, reason, ...times };
}
