import { StepAction, StepOutcome } from "@animal-delivery/contracts/gen/sagas/v1/saga_messages_pb";

/** What a command does to its step, and how messages say it. */
export const ACTIONS = { do: StepAction.DO, undo: StepAction.UNDO } as const satisfies Record<string, StepAction>;

export type Action = keyof typeof ACTIONS;

/** What became of a command, and how messages say it. */
export const OUTCOMES = {
  done: StepOutcome.DONE,
  /** For good. */
  refused: StepOutcome.REFUSED,
  /** It may be sent again. */
  unavailable: StepOutcome.UNAVAILABLE,
  /** By a fault; it may be sent again. */
  failed: StepOutcome.FAILED,
} as const satisfies Record<string, StepOutcome>;

export type Outcome = keyof typeof OUTCOMES;

/** What a participant says to a command; `reason` is empty when it is done. */
export interface Answer {
  readonly outcome: Outcome;
  readonly reason: string;
}
