/** Commands to participants, and the wishes that begin sagas; keyed by the saga's id. */
export const SAGA_COMMANDS = "saga.commands";

/** What participants answer; keyed by the saga's id. */
export const SAGA_REPLIES = "saga.replies";

/** Who the orchestrator is among the participants: `StartSaga` is meant for it. */
export const ORCHESTRATOR = "sagas";

/** What a record of a saga says without being decoded. Names of headers. */
export const SAGA_HEADERS = {
  /** Whom it is meant for: `accounts`. */
  participant: "participant",
  /** Which step: `profile`. */
  step: "step",
  /** `do` or `undo`. */
  action: "action",
  /** Until when a `do` may be taken up, in milliseconds since 1970; none for what is never given up. */
  deadline: "deadline",
} as const;

/** Tells the records that are meant for a participant. */
export function meantFor(participant: string): (headers: Readonly<Record<string, string>>) => boolean {
  return (headers) => headers[SAGA_HEADERS.participant] === participant;
}
