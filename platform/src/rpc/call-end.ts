import { DomainError } from "../errors.ts";
import { abortReason } from "./abort-reason.ts";

/** The end of one call's time, whoever brings it about. */
export interface CallEnd {
  /** Aborts when the time is over; goes to the handler. */
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  /**
   * Waits for `work`, but no longer than the signal lets it, so that the call ends even when its handler does not listen.
   * Whatever a handler throws after the abort is a consequence of it; a refusal that it had decided on stands.
   */
  guard<T>(work: () => Promise<T>): Promise<T>;
  /** Lets go of the parent signal. */
  done(): void;
}

/** @param parent aborts with the caller's deadline or its leaving. */
export function callEnd(parent: AbortSignal): CallEnd {
  const controller = new AbortController();
  const { signal } = controller;
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });

  return {
    signal,
    abort: (reason) => controller.abort(reason),
    guard: (work) => raceAbort(signal, work),
    done: () => parent.removeEventListener("abort", follow),
  };
}

function raceAbort<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(abortReason(signal));
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    work()
      .finally(() => signal.removeEventListener("abort", onAbort))
      .then(resolve, (error: unknown) => {
        reject(signal.aborted && !isDecision(error) ? abortReason(signal) : error);
      });
  });
}

/** Whether an error is an answer of its own and not merely what an abort looks like from inside. */
function isDecision(error: unknown): boolean {
  return error instanceof DomainError && error.kind !== "deadlineExceeded" && error.kind !== "unavailable";
}
