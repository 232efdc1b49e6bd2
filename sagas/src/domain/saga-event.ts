/** What a command does to its step. */
export type Action = "do" | "undo";

/** What a participant made of a command. */
export type Outcome =
  | "done"
  /** For good. */
  | "refused"
  /** It may be sent again. */
  | "unavailable"
  /** By a fault; it may be sent again. */
  | "failed";

/** A participant's answer to one command. */
export interface Reply {
  readonly step: string;
  readonly action: Action;
  /** The command's. */
  readonly sequence: number;
  readonly outcome: Outcome;
  /** Empty when done. */
  readonly reason: string;
}

/** What moves a saga. */
export type SagaEvent =
  /** It is to take its first step. */
  | { readonly type: "started" }
  | ({ readonly type: "answered" } & Reply)
  /** Its deadline has passed. */
  | { readonly type: "timedOut" }
  /** An operator wants the command of the moment to be sent as if for the first time. */
  | { readonly type: "retried" }
  /** An operator gives it up as it stands. */
  | { readonly type: "abandoned"; readonly reason: string };

/** What a participant is asked for. */
export interface Command {
  readonly step: string;
  readonly action: Action;
  readonly sequence: number;
  /** Until when a participant may take it up: after that it is given up. Undefined for what is never given up. */
  readonly expiresAt: Date | undefined;
}
