import { pause } from "@animal-delivery/platform/pause";

const PAUSE_MS_FIRST = 15;
const PAUSE_MS_MAX = 250;

/** Each pause is so much longer than the one before. */
const GROWTH = 1.4;

/** The wait of a caller whose work ends with nothing but its own time. */
const NEVER = new AbortController().signal;

/**
 * Reads until what was read is as wished for, or `waitMs` are over; answers what was read last. Reads once at least.
 *
 * @throws what `signal` aborts with, and what `read` throws.
 */
export async function pollUntil<T>(
  read: () => Promise<T>,
  isDone: (value: T) => boolean,
  { waitMs, signal = NEVER }: { readonly waitMs: number; readonly signal: AbortSignal | undefined },
): Promise<T> {
  const until = Date.now() + waitMs;
  let pauseMs = PAUSE_MS_FIRST;
  for (;;) {
    const value = await read();
    const leftMs = until - Date.now();
    if (isDone(value) || leftMs <= 0) return value;
    await pause(Math.min(pauseMs, leftMs), signal);
    signal.throwIfAborted();
    pauseMs = Math.min(pauseMs * GROWTH, PAUSE_MS_MAX);
  }
}
