import { Code, ConnectError } from "@connectrpc/connect";
import { canceledError } from "../error-codes.ts";
import { DomainError } from "../errors.ts";

/** What a call ends with when its signal aborted: out of time, a refusal given as the reason, or the caller gave up. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof DomainError) return reason;
  if (reason instanceof ConnectError && reason.code === Code.DeadlineExceeded) return deadlineExceeded();
  return canceledError();
}

/** The error of a call whose time is over. */
export function deadlineExceeded(): DomainError {
  return new DomainError("deadlineExceeded", "DEADLINE_EXCEEDED", "the time for the call is over");
}
