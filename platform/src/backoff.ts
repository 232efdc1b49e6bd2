/** How long to wait between attempts. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The wait after attempt number `attempt` (from 1): doubled each time up to the maximum, less up to a quarter by chance. */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return fullMs * (0.75 + Math.random() / 4);
}
