import { DomainError, type ErrorKind } from "../errors.ts";
import type { Answer, Outcome } from "./words.ts";

/** The kinds of refusal that say nothing about the command itself; by all others it is refused for good. */
const PASSING: Partial<Record<ErrorKind, Outcome>> = {
  unavailable: "unavailable",
  deadlineExceeded: "unavailable",
  exhausted: "unavailable",
  internal: "failed",
};

/** The answer to a command whose effect threw. */
export function outcomeOf(error: unknown): Answer {
  if (!(error instanceof DomainError)) return { outcome: "failed", reason: "INTERNAL" };
  return { outcome: PASSING[error.kind] ?? "refused", reason: error.reason };
}
