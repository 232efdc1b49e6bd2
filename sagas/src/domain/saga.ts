import { DomainError } from "@animal-delivery/platform/errors";
import type { Plan } from "./plan.ts";

/** Where a saga stands. A CHECK in the database repeats the names. */
export type SagaState =
  /** Its steps are being taken. */
  | "running"
  /** Its steps are being undone. */
  | "compensating"
  | "completed"
  | "compensated"
  /** An operator gave it up. */
  | "abandoned";

/** The states in which a saga waits for a participant. */
export type ActiveState = Extract<SagaState, "running" | "compensating">;

/** Where a step stands. A CHECK in the database repeats the names. */
export type StepState = "waiting" | "doing" | "done" | "undoing" | "undone";

export interface SagaStep {
  readonly step: string;
  readonly participant: string;
  readonly state: StepState;
  /** How often it was asked for, done and undone together. */
  readonly attempts: number;
  /** The last reason that its participant gave; empty when none. */
  readonly reason: string;
  /** When it was first asked for; undefined when never. */
  readonly startedAt: Date | undefined;
  /** When it was last answered; undefined when never. */
  readonly endedAt: Date | undefined;
}

export interface Saga {
  readonly sagaId: string;
  readonly kind: string;
  readonly state: SagaState;
  /** The step it is at; undefined when it has ended. */
  readonly step: string | undefined;
  /** Whom it is about: a user's subject. */
  readonly subjectId: string;
  /** Why it is not taken to its end: a reason of the contract, or an operator's words; empty when nothing is wrong. */
  readonly reason: string;
  readonly correlationId: string;
  /** The trace in which it began: what a timer sends belongs to it too. */
  readonly traceHeaders: Readonly<Record<string, string>>;
  /** How often the command of the moment was sent. */
  readonly attempts: number;
  /** The number of the last command, from 1: grows with every send, so that participants know which came later. */
  readonly sequence: number;
  /** When the command of the moment is sent again, or given up; undefined when the saga has ended. */
  readonly deadlineAt: Date | undefined;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** Counts the saga's changes: whoever saves one it did not read last is refused. */
  readonly version: number;
  readonly steps: readonly SagaStep[];
}

/** What a saga comes from. */
export interface SagaSeed extends Pick<Saga, "sagaId" | "subjectId" | "correlationId" | "traceHeaders"> {
  readonly plan: Plan;
  readonly now: Date;
}

/** A saga before its first step. */
export function newSaga({ plan, now, ...seed }: SagaSeed): Saga {
  return {
    ...seed,
    kind: plan.kind,
    state: "running",
    step: undefined,
    reason: "",
    attempts: 0,
    sequence: 0,
    deadlineAt: undefined,
    startedAt: now,
    updatedAt: now,
    version: 1,
    steps: plan.steps.map(({ step, participant }) => ({ ...NOT_BEGUN, step, participant })),
  };
}

const NOT_BEGUN = { state: "waiting", attempts: 0, reason: "", startedAt: undefined, endedAt: undefined } as const;

/** Whether a saga waits for a participant. */
export function isActive(state: SagaState): state is ActiveState {
  return state === "running" || state === "compensating";
}

export function sagaNotFound(sagaId: string): DomainError {
  return new DomainError("notFound", "SAGA_NOT_FOUND", "there is no such saga", { saga_id: sagaId });
}

export function sagaEnded(state: SagaState): DomainError {
  return new DomainError("refused", "SAGA_ENDED", `the saga is ${state}`, { state });
}
