/**
 * Wakes waiting loops of this process. A wake between two waits is not lost: who wants to sleep asks `since()` before it
 * looks for work, and sleeps only when nobody woke it since.
 */
export interface Wake {
  wake(): void;
  /** A mark for `sleep`. */
  since(): number;
  /** Resolves after `timeoutMs`, on a wake that came after the mark, or when `signal` aborts. Never rejects. */
  sleep(mark: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  let count = 0;
  const sleepers = new Set<() => void>();
  return {
    wake() {
      count += 1;
      for (const rise of sleepers) rise();
    },
    since: () => count,
    sleep(mark, timeoutMs, signal) {
      if (signal.aborted || mark !== count) return Promise.resolve();
      return new Promise((resolve) => {
        const rise = (): void => {
          clearTimeout(timer);
          sleepers.delete(rise);
          signal.removeEventListener("abort", rise);
          resolve();
        };
        const timer = setTimeout(rise, timeoutMs);
        sleepers.add(rise);
        signal.addEventListener("abort", rise, { once: true });
      });
    },
  };
}
