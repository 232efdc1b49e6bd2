/**
 * Runs `work` with a signal that aborts after `ms`, or when `outer` does. Leaves nothing behind on `outer`, which may live
 * as long as the process.
 */
export async function withTimeLimit<T>(
  outer: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const abort = (): void => limit.abort(outer.reason);
  const timer = setTimeout(() => limit.abort(new Error(`the work took longer than ${ms} ms`)), ms);
  if (outer.aborted) abort();
  outer.addEventListener("abort", abort, { once: true });
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", abort);
  }
}
