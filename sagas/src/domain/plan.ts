/** How long a participant may take, and how often it is asked. */
export interface Patience {
  /** How long to wait for an answer; then the command is sent again. */
  readonly timeoutMs: number;
  /** How often a `do` is sent before it is given up. Without effect on an undo, and from the point of no return on. */
  readonly attempts: number;
}

/** What the orchestrator knows of a step in advance. */
export interface StepPlan extends Patience {
  readonly step: string;
  /** The service that takes it. */
  readonly participant: string;
  /** The first step that cannot be undone is the point of no return: once it is asked for, the saga only goes forward. */
  readonly canUndo: boolean;
}

/** The pace of commands that were answered, but not followed. */
export interface RetryPace {
  readonly firstMs: number;
  /** Far below ten seconds: so soon somebody who was away is asked again. */
  readonly maxMs: number;
}

export interface Plan {
  readonly kind: string;
  readonly steps: readonly StepPlan[];
  readonly retry: RetryPace;
}
